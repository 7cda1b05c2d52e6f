import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildExplorer } from './build.ts';
import { builtFolder } from './load.ts';

/** Builds the page into the folder that the gateway looks for it in: for where there is nothing to build it with later. */
const files = await buildExplorer();
rmSync(builtFolder, { recursive: true, force: true });
mkdirSync(builtFolder, { recursive: true });
for (const { name, bytes } of files) writeFileSync(join(builtFolder, name), bytes);
process.stdout.write(`${files.length} files in ${builtFolder}\n`);
