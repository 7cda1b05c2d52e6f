import { writeFile } from 'node:fs/promises';
import { wantsHelp } from '../../../platform/process/lifecycle.ts';
import { encodeLarge, largeFolder, largeImages } from './large-images.ts';
import { convertedFolder, convertedPhotos, describeConvertedPhotos } from './photos.ts';

const usage = `Usage: node --import tsx tests/corpus/converted/make.ts

Makes the photos in tests/corpus/converted/photos again, with sharp, heif-enc and ExifTool, and tests/corpus/converted/README.md. Needs
Perl and heif-enc (on Debian: libheif-examples) with an encoder of HEVC.
`;

if (!wantsHelp(usage)) {
  for (const { file, make } of convertedPhotos) await writeFile(new URL(file, convertedFolder), await make());
  for (const image of largeImages) await writeFile(new URL(image.file, largeFolder), await encodeLarge(image));
  await writeFile(new URL('README.md', import.meta.url), describeConvertedPhotos());
}
