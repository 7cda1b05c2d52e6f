import { execFile } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('../../clients/typescript', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const isOurs = (path: string) => !['dist', 'node_modules'].includes(basename(path));

/** Runs a command in a folder, with what the project has installed; gives its standard output. */
export async function runIn(folder: string, command: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PATH: `${join(modules, '.bin')}:${process.env.PATH}`, NODE_OPTIONS: '' };
  return (await promisify(execFile)(command, args, { cwd: folder, env })).stdout;
}

/** Packs the client as it would be published, from a copy, so that nothing is built among its sources; gives the file. */
export async function packClient(folder: string): Promise<string> {
  const copy = join(folder, 'client');
  cpSync(source, copy, { recursive: true, filter: isOurs });
  symlinkSync(modules, join(copy, 'node_modules'));
  const printed = await runIn(copy, 'npm', 'pack', '--silent', '--pack-destination', folder);
  return join(folder, printed.trim().split('\n').at(-1) ?? '');
}
