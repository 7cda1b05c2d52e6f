import sharp from 'sharp';
import { writeTags } from './exiftool.ts';
import { landscape, type Photo } from './photo.ts';

const gif = () => landscape().gif({ colours: 16 }).toBuffer();

async function animated(): Promise<Buffer> {
  const frames = await Promise.all([1, 0.6].map((factor) => landscape().linear(factor).png().toBuffer()));
  return sharp(frames, { join: { animated: true } })
    .gif({ colours: 16, delay: [200, 200], loop: 3 })
    .toBuffer();
}

/** Inserts extensions before the first frame, which begins with its graphic control. */
function withExtensions(bytes: Buffer, ...extensions: Buffer[]): Buffer {
  const start = bytes.indexOf(Buffer.from([0x21, 0xf9, 4]));
  return Buffer.concat([bytes.subarray(0, start), ...extensions, bytes.subarray(start)]);
}

const subBlock = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
const extension = (label: number, ...texts: string[]) =>
  Buffer.concat([Buffer.from([0x21, label]), ...texts.map(subBlock), Buffer.from([0])]);

/** The extension of a colour profile (ICC.1:2022, annex B.5). */
async function withProfile(): Promise<Buffer> {
  const tagged = await landscape().withIccProfile('p3').png().toBuffer();
  const { icc = Buffer.alloc(0) } = await sharp(tagged).metadata();
  const parts = Array.from({ length: Math.ceil(icc.length / 255) }, (_, at) =>
    icc.toString('latin1', at * 255, (at + 1) * 255),
  );
  return withExtensions(await gif(), extension(0xff, 'ICCRGBG1012', ...parts));
}

export const gifPhotos: Photo[] = [
  { file: 'plain.gif', has: 'nothing to remove', make: gif, isUnchanged: true, removed: [] },
  {
    file: 'animated.gif',
    has: 'nothing to remove: an animation with its loops',
    make: animated,
    isUnchanged: true,
    removed: [],
    kept: ['GIF:AnimationIterations'],
  },
  {
    file: 'comment.gif',
    has: 'a comment',
    make: async () => writeTags(await gif(), '-Comment=Taken by Ada at home'),
    removed: ['File:Comment'],
  },
  {
    file: 'xmp.gif',
    has: 'XMP in an animation',
    make: async () => writeTags(await animated(), '-XMP-dc:Creator=Ada Lovelace', '-XMP-exif:GPSLatitude=51.4975'),
    removed: ['XMP:XMP-dc:Creator', 'XMP:XMP-exif:GPSLatitude'],
    kept: ['GIF:AnimationIterations'],
  },
  {
    file: 'extensions.gif',
    has: 'a text that browsers do not show, and extensions of two programs',
    make: async () =>
      withExtensions(
        await animated(),
        extension(0x01, `\0\0\0\0\x30\0\x20\0\x08\x08\0\0`, 'Ada Lovelace'),
        extension(0xff, 'MGK8BIM0000', 'Ada Lovelace'),
        extension(0xff, 'fractint001', 'SN-0042-SECRET'),
      ),
    removed: ['GIF:Text'],
  },
  {
    file: 'colour-profile.gif',
    has: 'a colour profile (Display P3), and a comment',
    make: async () => writeTags(await withProfile(), '-Comment=Taken by Ada at home'),
    removed: ['File:Comment'],
    kept: ['ICC_Profile:ProfileDescription'],
  },
  {
    file: 'trailer.gif',
    has: 'text after the image',
    make: async () => Buffer.concat([await gif(), Buffer.from('Taken by Ada at home')]),
    removed: [],
  },
];
