import { writeFile } from 'node:fs/promises';
import { wantsHelp } from '../../platform/process/lifecycle.ts';
import { describePhotos, photos, photosFolder } from './photos.ts';

const usage = `Usage: node --import tsx tests/corpus/make.ts

Makes the photos in tests/corpus/photos again, with sharp and ExifTool, and tests/corpus/README.md. Needs Perl.
`;

if (!wantsHelp(usage)) {
  for (const { file, make } of photos) await writeFile(new URL(file, photosFolder), await make());
  await writeFile(new URL('README.md', import.meta.url), describePhotos());
}
