import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sharp } from 'sharp';

const run = promisify(execFile);

/** Encodes images into one HEIC file by libheif's heif-enc with x265, given its other arguments. */
export async function encodeHeic(images: Sharp[], ...args: string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'heif-enc-'));
  try {
    const paths = images.map((_, at) => join(folder, `${at}.png`));
    for (const [at, image] of images.entries()) await image.png().toFile(paths[at] ?? '');
    await run('heif-enc', ['-q', '70', ...args, '-o', join(folder, 'encoded.heic'), ...paths]);
    return await readFile(join(folder, 'encoded.heic'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
