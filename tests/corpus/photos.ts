import { readFileSync } from 'node:fs';
import { gifPhotos } from './gif-photos.ts';
import { jpegPhotos } from './jpeg-photos.ts';
import type { Photo } from './photo.ts';
import { pngPhotos } from './png-photos.ts';

/** All photos of the corpus. */
export const photos: Photo[] = [...jpegPhotos, ...pngPhotos, ...gifPhotos];

export const photosFolder = new URL('photos/', import.meta.url);

export function readPhoto({ file }: Pick<Photo, 'file'>): Buffer {
  return readFileSync(new URL(file, photosFolder));
}

/** The page that says of each photo where it is from, its licence, and what comes out of it. */
export function describePhotos(): string {
  const rows = photos.map(({ file, has, removed, kept = [], orientation, isUnchanged }) => {
    const stays = [...(orientation ? [`orientation ${orientation}`] : []), ...kept.map((tag) => `\`${tag}\``)];
    const comesOut = isUnchanged ? 'nothing: it stays byte for byte' : removed.map((tag) => `\`${tag}\``).join(', ');
    return `| [${file}](photos/${file}) | ${has} | ${comesOut || 'the text'} | ${stays.join(', ')} |`;
  });
  return `${introduction}${rows.join('\n')}\n`;
}

const introduction = `# Photos with metadata

Small photos in which [metadata.test.ts](metadata.test.ts) looks for what is left after they were stored. ExifTool names the
tags.

- **Source**: drawn by [photo.ts](photo.ts), encoded by sharp; tags written by ExifTool and by the \`…-photos.ts\` files
  here. No camera made them, and the names, numbers and positions in them belong to nobody's photo.
- **Licence**: that of this repository.
- To make them again, and this page: \`node --import tsx tests/corpus/make.ts\`. It needs Perl.

| file | has | comes out | stays |
| --- | --- | --- | --- |
`;
