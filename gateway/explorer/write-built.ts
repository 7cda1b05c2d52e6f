import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from './build.ts';
import { builtFolder } from './load-page.ts';

/** Writes the built page to the folder that the gateway serves it from; the Dockerfile runs this. */
const files = await buildPage();
rmSync(builtFolder, { recursive: true, force: true });
mkdirSync(builtFolder, { recursive: true });
for (const { name, bytes } of files) writeFileSync(join(builtFolder, name), bytes);
process.stdout.write(`Wrote ${files.length} files to ${builtFolder}\n`);
