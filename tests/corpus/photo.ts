import sharp, { type Sharp } from 'sharp';

/** A photo of the corpus, and what ExifTool finds in it. */
export interface Photo {
  file: string;
  /** Its content, for the table of the corpus. */
  has: string;
  make: () => Promise<Buffer>;
  /** True if there is nothing to remove, so that it stays byte for byte. */
  isUnchanged?: boolean;
  /** Tags that must come out. */
  removed: string[];
  /** EXIF's orientation, which stays; default: none. */
  orientation?: number;
  /** Other tags that must stay, with their values. */
  kept?: string[];
}

const [width, height] = [48, 32];

/** A landscape: a sky with a sun, and a hill. */
export function landscape(): Sharp {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, channel] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    const isSun = (x - 36) ** 2 + (y - 8) ** 2 < 20;
    const isHill = y > 22 + 6 * Math.sin(x / 8);
    const [sun, hill, sky] = [
      [250, 220, 90],
      [60, 120 + 2 * x, 50],
      [90 + 3 * y, 150 + 2 * y, 220],
    ];
    return (isSun ? sun : isHill ? hill : sky)?.[channel] ?? 0;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Tags that a phone writes into each photo. */
export const phoneTags = [
  '-EXIF:Make=Example',
  '-EXIF:Model=Phone 7',
  '-EXIF:SerialNumber=SN-0042-SECRET',
  '-EXIF:OwnerName=Ada Lovelace',
  '-EXIF:DateTimeOriginal=2026:05:17 09:41:00',
  '-EXIF:GPSLatitude=51.4975',
  '-EXIF:GPSLatitudeRef=N',
  '-EXIF:GPSLongitude=0.1357',
  '-EXIF:GPSLongitudeRef=W',
];

/** The tags above, as ExifTool reads them. */
export const phoneTagNames = [
  'EXIF:IFD0:Make',
  'EXIF:IFD0:Model',
  'EXIF:ExifIFD:SerialNumber',
  'EXIF:ExifIFD:OwnerName',
  'EXIF:ExifIFD:DateTimeOriginal',
  'EXIF:GPS:GPSLatitude',
  'EXIF:GPS:GPSLongitude',
];
