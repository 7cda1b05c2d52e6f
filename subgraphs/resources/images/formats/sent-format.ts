import { isRawPhoto } from './raw-photo.ts';

/** A format that is not stored as it is. */
export interface ForeignFormat {
  /** As people call it. */
  name: string;
  contentType: string;
  /** Another name of that type. */
  otherType?: string;
  /** How it is decoded, if it is: a format's name in sharp, or by libheif. */
  decodedAs?: 'webp' | 'heif' | 'tiff' | 'libheif';
  /** A sentence for clients: how to get an image that is accepted. */
  remedy: string;
}

interface Signature {
  format: ForeignFormat;
  /** Judges by the start of the file, and by the whole where that is at hand. */
  matches: (start: Buffer, bytes: Buffer) => boolean;
}

/** Bytes of a file's start that are looked at: an SVG may begin with comments. */
export const signatureBytes = 1_024;

const convert = 'Set image.fit to true to have it converted, or save it as JPEG or PNG.';
/** How to get a JPEG instead of a HEIC, as sentences for clients. */
export const exportHeic =
  'export it as JPEG: on an iPhone, choose Settings > Camera > Formats > Most Compatible, or send the photo by mail to ' +
  'yourself; on a Mac, choose File > Export in Preview; on Android, choose JPEG in the settings of the camera.';

const webp: ForeignFormat = { name: 'WebP', contentType: 'image/webp', decodedAs: 'webp', remedy: convert };
const avif: ForeignFormat = { name: 'AVIF', contentType: 'image/avif', decodedAs: 'heif', remedy: convert };
const tiff: ForeignFormat = { name: 'TIFF', contentType: 'image/tiff', decodedAs: 'tiff', remedy: convert };
const heic: ForeignFormat = {
  name: 'HEIC',
  contentType: 'image/heic',
  otherType: 'image/heif',
  decodedAs: 'libheif',
  remedy: `Set image.fit to true to have it converted, or ${exportHeic}`,
};
const raw: ForeignFormat = {
  name: "a camera's raw file",
  contentType: 'image/x-dcraw',
  remedy: 'Develop it, and save it as JPEG: its other images are only previews.',
};
const bmp: ForeignFormat = { name: 'BMP', contentType: 'image/bmp', remedy: 'Save it as PNG.' };
const jpegXl: ForeignFormat = { name: 'JPEG XL', contentType: 'image/jxl', remedy: 'Save it as JPEG or PNG.' };
const svg: ForeignFormat = { name: 'SVG', contentType: 'image/svg+xml', remedy: 'Export it as PNG.' };

const at = (start: Buffer, from: number, length: number) => start.toString('latin1', from, from + length);
const startsWith = (start: Buffer, ...texts: string[]) => texts.some((text) => at(start, 0, text.length) === text);

/** The brands of an ISO media file: the major one, and those that it is compatible with (ISO/IEC 14496-12, section 4.3). */
function brandsOf(start: Buffer): string[] {
  if (at(start, 4, 4) !== 'ftyp') return [];
  const end = Math.min(start.readUInt32BE(0), start.length);
  const brands = [at(start, 8, 4)];
  for (let offset = 16; offset + 4 <= end; offset += 4) brands.push(at(start, offset, 4));
  return brands;
}

const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** An SVG may have a byte order mark, and comments and declarations before its element. */
const svgStart = /^(\xef\xbb\xbf)?\s*(<svg[\s>]|<(\?xml|!--|!DOCTYPE svg).*<svg[\s>])/s;

/** TIFF and BigTIFF in both byte orders. */
const isTiff = (start: Buffer) => startsWith(start, 'II*\0', 'MM\0*', 'II+\0', 'MM\0+');

const signatures: Signature[] = [
  { format: webp, matches: (start) => startsWith(start, 'RIFF') && at(start, 8, 4) === 'WEBP' },
  { format: avif, matches: (start) => brandsOf(start).some((brand) => brand === 'avif' || brand === 'avis') },
  { format: heic, matches: (start) => brandsOf(start).some((brand) => heicBrands.has(brand)) },
  { format: raw, matches: (start, bytes) => isTiff(start) && isRawPhoto(bytes) },
  { format: tiff, matches: isTiff },
  { format: bmp, matches: (start) => startsWith(start, 'BM') && at(start, 6, 4) === '\0\0\0\0' },
  {
    format: jpegXl,
    matches: (start) => startsWith(start, '\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n'),
  },
  { format: svg, matches: (start) => svgStart.test(start.toString('latin1')) },
];

/** Detects a format that is not stored as it is from the start of a file. */
export function detectForeignFormat(bytes: Buffer): ForeignFormat | undefined {
  const start = bytes.subarray(0, signatureBytes);
  return signatures.find(({ matches }) => matches(start, bytes))?.format;
}
