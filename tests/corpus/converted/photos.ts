import { readFileSync } from 'node:fs';
import { type ConvertedPhoto, heicPhotos } from './heic-photos.ts';
import { otherPhotos } from './other-photos.ts';

/** All photos of this folder. */
export const convertedPhotos: ConvertedPhoto[] = [...heicPhotos, ...otherPhotos];

export const convertedFolder = new URL('photos/', import.meta.url);

export function readConverted({ file }: Pick<ConvertedPhoto, 'file'>): Buffer {
  return readFileSync(new URL(file, convertedFolder));
}

/** The page that says of each file where it is from, its licence, and what it becomes. */
export function describeConvertedPhotos(): string {
  const rows = convertedPhotos.map(({ file, has, becomes, removed = [] }) => {
    const comesOut = removed.map((tag) => `\`${tag}\``).join(', ');
    return `| [${file}](photos/${file}) | ${has} | ${becomes} | ${comesOut} |`;
  });
  return `${introduction}${rows.join('\n')}\n`;
}

const introduction = `# Photos that become JPEG or PNG

Small photos that [converted.test.ts](converted.test.ts) stores with \`fit\`. All of them show the same landscape upright, and are stored
with its colours in sRGB. ExifTool names the tags.

- **Source**: drawn by [photo.ts](../photo.ts), encoded by sharp, and HEIC by libheif's \`heif-enc\` with x265. ExifTool
  and [heif-file.ts](heif-file.ts) write what these do not. No camera made them, and the names, numbers and positions in them belong to
  nobody's photo.
- **Licence**: that of this repository.
- To make them again, and this page: \`node --import tsx tests/corpus/converted/make.ts\`. It needs Perl and \`heif-enc\`.

| file | has | becomes | comes out |
| --- | --- | --- | --- |
`;
