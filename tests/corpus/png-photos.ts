import { deflateSync } from 'node:zlib';
import { pngChunk } from '../../subgraphs/resources/images/png/chunks.ts';
import { writeTags } from './exiftool.ts';
import { landscape, type Photo, phoneTagNames, phoneTags } from './photo.ts';

const png = () => landscape().png({ palette: true, colours: 32 }).toBuffer();
const [headerEnd, endBytes] = [33, 12];

/** Inserts chunks before the pixels, and after them. */
const withChunks = (bytes: Buffer, before: Buffer[], after: Buffer[] = []) =>
  Buffer.concat([
    bytes.subarray(0, headerEnd),
    ...before,
    bytes.subarray(headerEnd, -endBytes),
    ...after,
    bytes.subarray(-endBytes),
  ]);

const chunk = (name: string, text: string) => pngChunk(name, Buffer.from(text, 'latin1'));

/** Everything that tells how to show the pixels, and a background and a histogram, which do not. */
async function withColours(): Promise<Buffer> {
  const bytes = await landscape().png({ compressionLevel: 9 }).toBuffer();
  const chromaticities = Buffer.alloc(32);
  for (const [at, value] of [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000].entries())
    chromaticities.writeUInt32BE(value, 4 * at);
  return withChunks(bytes, [
    chunk('cICP', '\x01\x0d\0\x01'),
    chunk('gAMA', '\0\0\xb1\x8f'),
    pngChunk('cHRM', chromaticities),
    chunk('sRGB', '\0'),
    chunk('sBIT', '\x08\x08\x08'),
    chunk('tRNS', '\0\x01\0\x02\0\x03'),
    chunk('bKGD', '\0\xff\0\xff\0\xff'),
    chunk('tEXt', 'Author\0Ada Lovelace'),
  ]);
}

/** Two frames, and a text between them. */
async function animated(): Promise<Buffer> {
  const bytes = await png();
  const start = bytes.indexOf('IDAT') - 4;
  const data = bytes.subarray(start + 8, start + 8 + bytes.readUInt32BE(start));
  const control = (sequence: number) =>
    chunk('fcTL', `\0\0\0${String.fromCharCode(sequence)}\0\0\0\x30\0\0\0\x20\0\0\0\0\0\0\0\0\0\x32\0\x64\0\0`);
  return Buffer.concat([
    bytes.subarray(0, start),
    chunk('acTL', '\0\0\0\x02\0\0\0\0'),
    control(0),
    bytes.subarray(start, -endBytes),
    chunk('tEXt', 'Comment\0At home'),
    control(1),
    pngChunk('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), data])),
    bytes.subarray(-endBytes),
  ]);
}

/** EXIF in hexadecimal digits, as ImageMagick wrote it. */
async function rawProfile(): Promise<Buffer> {
  const tagged = await writeTags(await landscape().jpeg().toBuffer(), ...phoneTags);
  const exif = tagged.subarray(6, 4 + tagged.readUInt16BE(4));
  const lines = exif.toString('hex').replace(/.{72}/g, '$&\n');
  return withChunks(await png(), [
    chunk('tEXt', `Raw profile type exif\0\nexif\n${String(exif.length).padStart(8)}\n${lines}\n`),
  ]);
}

export const pngPhotos: Photo[] = [
  { file: 'plain.png', has: 'nothing to remove', make: png, isUnchanged: true, removed: [] },
  ...[3, 8].map(
    (orientation): Photo => ({
      file: `orientation-${orientation}.png`,
      has: `orientation ${orientation}, and what a phone writes`,
      make: async () => writeTags(await png(), `-EXIF:Orientation#=${orientation}`, ...phoneTags),
      removed: phoneTagNames,
      orientation,
    }),
  ),
  {
    file: 'text.png',
    has: 'texts of every kind, and the time of a change',
    make: async () =>
      withChunks(
        await writeTags(
          await png(),
          '-PNG:Author=Ada Lovelace',
          '-PNG:Title=At home',
          '-PNG:ModifyDate=2026:05:17 09:41:00',
        ),
        [chunk('iTXt', 'Software\0\0\0\0\0Camera 7')],
        [pngChunk('zTXt', Buffer.concat([Buffer.from('Source\0\0'), deflateSync('Phone 7, SN-0042-SECRET')]))],
      ),
    removed: ['PNG:Author', 'PNG:Title', 'PNG:ModifyDate', 'PNG:Software', 'PNG:Source'],
  },
  {
    file: 'xmp.png',
    has: 'XMP and IPTC',
    make: async () =>
      writeTags(await png(), '-XMP-dc:Creator=Ada Lovelace', '-XMP-exif:GPSLatitude=51.4975', '-IPTC:City=London'),
    removed: ['XMP:XMP-dc:Creator', 'XMP:XMP-exif:GPSLatitude', 'IPTC:City'],
  },
  {
    file: 'raw-profile.png',
    has: 'EXIF as text',
    make: rawProfile,
    removed: phoneTagNames,
  },
  {
    file: 'sixteen-bits.png',
    has: '16 bits per channel, a colour profile, and what a phone writes',
    make: async () =>
      writeTags(
        await landscape().toColourspace('rgb16').withIccProfile('p3').png({ compressionLevel: 9 }).toBuffer(),
        '-EXIF:Orientation#=6',
        ...phoneTags,
      ),
    removed: phoneTagNames,
    orientation: 6,
    kept: ['ICC_Profile:ProfileDescription'],
  },
  {
    file: 'colours.png',
    has: 'all chunks that tell how to show the pixels, a background and an author',
    make: withColours,
    removed: ['PNG:Author', 'PNG:BackgroundColor'],
    kept: ['PNG:SRGBRendering', 'PNG:Gamma', 'PNG:WhitePointX', 'PNG:SignificantBits', 'PNG:Transparency'],
  },
  {
    file: 'animated.png',
    has: 'two frames, and a comment between them',
    make: animated,
    removed: ['PNG:Comment'],
    kept: ['PNG:AnimationFrames'],
  },
  {
    file: 'trailer.png',
    has: 'a photo after the image',
    make: async () => Buffer.concat([await png(), await writeTags(await landscape().jpeg().toBuffer(), ...phoneTags)]),
    removed: ['ExifTool:Warning'],
  },
];
