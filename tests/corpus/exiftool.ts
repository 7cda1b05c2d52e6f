import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The Perl script of ExifTool, which the package exports. */
const script = String(createRequire(import.meta.url)('exiftool-vendored.pl'));
const run = promisify(execFile);

/** Tags by `Family0:Family1:Name`, such as EXIF:IFD0:Orientation. */
export type Tags = Record<string, unknown>;

/** False where ExifTool does not run: it needs Perl with its standard modules. */
export const hasExiftool = await run('perl', [script, '-ver']).then(
  () => true,
  () => false,
);

/** Runs a function with a folder that is removed afterwards. */
async function inFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'exiftool-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Reads every tag that ExifTool finds, also unknown ones and those of embedded files, as stored. */
export function readTags(files: { name: string; bytes: Buffer }[]): Promise<Map<string, Tags>> {
  return inFolder(async (folder) => {
    const paths = files.map(({ name }) => join(folder, name));
    await Promise.all(files.map(({ bytes }, at) => writeFile(paths[at] ?? '', bytes)));
    const options = ['-json', '-G0:1', '-a', '-u', '-ee', '-n'];
    const { stdout } = await run('perl', [script, ...options, ...paths], { maxBuffer: 64e6 });
    const found = JSON.parse(stdout) as Tags[];
    return new Map(files.map(({ name }, at) => [name, found[at] ?? {}]));
  });
}

/** Returns the image with tags written by ExifTool's arguments, such as `-Comment=text`. */
export function writeTags(bytes: Buffer, ...args: string[]): Promise<Buffer> {
  return inFolder(async (folder) => {
    const path = join(folder, 'image');
    await writeFile(path, bytes);
    await run('perl', [script, '-q', '-overwrite_original', ...args, path]);
    return readFile(path);
  });
}
