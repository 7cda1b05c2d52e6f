import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExplorerFile, indexName } from './explorer-file.ts';

/** Where `write-built.ts` leaves the page. */
export const builtFolder = fileURLToPath(new URL('built', import.meta.url));

/** The page's files: from a folder where it was built before, or else built here and now. Rejects where neither can be. */
export async function loadExplorer(folder = builtFolder): Promise<ExplorerFile[]> {
  if (existsSync(join(folder, indexName)))
    return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  buildOnce ??= buildHere();
  return buildOnce;
}

/** Gateways of one process show the same page. */
let buildOnce: Promise<ExplorerFile[]> | undefined;

/** Imported only here: where the page was built before, there may be nothing to build it with. */
async function buildHere(): Promise<ExplorerFile[]> {
  try {
    const { buildExplorer } = await import('./build.ts');
    return await buildExplorer();
  } catch (error) {
    buildOnce = undefined;
    throw error;
  }
}
