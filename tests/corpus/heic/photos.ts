import { readFileSync } from 'node:fs';
import { type HeicPhoto, heicPhotos } from './heic-photos.ts';

export const heicFolder = new URL('photos/', import.meta.url);

export function readHeic({ file }: Pick<HeicPhoto, 'file'>): Buffer {
  return readFileSync(new URL(file, heicFolder));
}

/** The page that says of each file where it is from, its licence, and what it becomes. */
export function describeHeicPhotos(): string {
  const rows = heicPhotos.map(({ file, has, becomes, removed = [] }) => {
    const comesOut = removed.map((tag) => `\`${tag}\``).join(', ');
    return `| [${file}](photos/${file}) | ${has} | ${becomes} | ${comesOut} |`;
  });
  return `${introduction}${rows.join('\n')}\n`;
}

const introduction = `# HEIC photos

Small photos that [heic.test.ts](heic.test.ts) stores with \`fit\`. All of them show the same landscape upright, and are stored
with its colours in sRGB. ExifTool names the tags.

- **Source**: drawn by [photo.ts](../photo.ts), encoded by libheif's \`heif-enc\` with x265. [heif-file.ts](heif-file.ts) writes
  the files that \`heif-enc\` does not make. No camera made them, and the names, numbers and positions in them belong to
  nobody's photo.
- **Licence**: that of this repository.
- To make them again, and this page: \`node --import tsx tests/corpus/heic/make.ts\`. It needs Perl and \`heif-enc\`.

| file | has | becomes | comes out |
| --- | --- | --- | --- |
`;
