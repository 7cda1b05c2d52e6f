import type { Sharp } from 'sharp';
import { phoneTagNames } from '../photo.ts';
import { encodeHeic } from './encode.ts';
import { gridData, type HeifItem, heifFile, properties, readHevc } from './heif-file.ts';
import { finished, inDisplayP3, phoneExif, phoneXmp, photo, size, transparent } from './pictures.ts';

/** A HEIC file of the corpus, which shows the landscape. */
export interface ConvertedPhoto {
  file: string;
  /** Its content, for the table of the corpus. */
  has: string;
  make: () => Promise<Buffer>;
  becomes: 'image/jpeg' | 'image/png';
  /** Tags that come out. */
  removed?: string[];
}

async function hevcItem(id: number, image: Sharp, { properties: more = [], ...rest }: Partial<HeifItem> = {}) {
  const ready = await finished(image);
  const { width, height } = await ready.metadata();
  const { configuration, data } = readHevc(await encodeHeic([ready]));
  return {
    id,
    type: 'hvc1' as const,
    data,
    properties: [configuration, properties.size(width, height), ...more],
    ...rest,
  };
}

const [rows, columns, tile, firstTile] = [3, 2, { width: 80, height: 64 }, 10];
/** The sensor of a phone lies on its side when it is held upright. */
const sideways = async (image: Sharp) => finished((await finished(image)).rotate(270));
const sidewaysSize = { width: size.height, height: size.width };

/** The tiles are larger than the image, at its right and its lower edge. */
async function gridItems(image: Sharp, ...more: Buffer[]): Promise<HeifItem[]> {
  const right = columns * tile.width - sidewaysSize.width;
  const bottom = rows * tile.height - sidewaysSize.height;
  const padded = await finished((await sideways(image)).extend({ right, bottom, background: 'black' }));
  const tiles = Array.from({ length: rows * columns }, (_, at) => {
    const [left, top] = [(at % columns) * tile.width, Math.floor(at / columns) * tile.height];
    return hevcItem(firstTile + at, padded.clone().extract({ left, top, ...tile }), { isHidden: true });
  });
  const items = await Promise.all(tiles);
  const { width, height } = sidewaysSize;
  const data = gridData({ rows, columns }, width, height);
  const own = [properties.size(width, height), ...more];
  const references = [{ type: 'dimg' as const, to: items.map(({ id }) => id) }];
  return [{ id: 1, type: 'grid', data, properties: own, references }, ...items];
}

async function phone(): Promise<Buffer> {
  const { pixels, profile } = await inDisplayP3();
  const grid = await gridItems(pixels.clone(), properties.rotation(3), properties.profile(profile));
  const small = (await sideways(pixels)).resize(48);
  const thumbnail = await hevcItem(2, small, { references: [{ type: 'thmb', to: [1] }] });
  const references: HeifItem['references'] = [{ type: 'cdsc', to: [1] }];
  const exif: HeifItem = { id: 3, type: 'Exif', data: await phoneExif(), references };
  const xmp: HeifItem = { id: 4, type: 'mime', data: phoneXmp, references };
  return heifFile({ primary: 1, items: [...grid, thumbnail, exif, xmp] });
}

/** Turns or mirrors what was stored the other way round. */
async function transformed(image: Sharp, ...transformations: Buffer[]): Promise<Buffer> {
  const item = await hevcItem(1, await finished(image), { properties: transformations });
  return heifFile({ primary: 1, items: [item] });
}

const { rotation, mirror, colours } = properties;
const becomes = 'image/jpeg';

export const heicPhotos: ConvertedPhoto[] = [
  { file: 'plain.heic', has: 'the photo alone', becomes, make: () => encodeHeic([photo()]) },
  {
    file: 'phone.heic',
    has: 'what a phone writes, held upright: tiles, a rotation, which EXIF repeats, a thumbnail, XMP, and Display P3',
    becomes,
    removed: [...phoneTagNames, 'EXIF:IFD0:Orientation', 'XMP:XMP-dc:Creator'],
    make: phone,
  },
  {
    file: 'upside-down.heic',
    has: 'a rotation by 180 degrees',
    becomes,
    make: () => transformed(photo().rotate(180), rotation(2)),
  },
  {
    file: 'mirrored.heic',
    has: 'a mirror, then a rotation',
    becomes,
    make: async () => transformed((await sideways(photo())).flop(), mirror('left and right'), rotation(3)),
  },
  {
    file: 'mirrored-2.heic',
    has: 'a mirror that swaps top and bottom',
    becomes,
    make: () => transformed(photo().flip(), mirror('top and bottom')),
  },
  { file: 'grid.heic', has: 'tiles', becomes, make: grid },
  {
    file: 'display-p3.heic',
    has: 'a colour profile (Display P3)',
    becomes,
    make: () => encodeHeic([photo().withIccProfile('p3')]),
  },
  {
    file: 'display-p3-by-name.heic',
    has: 'Display P3 without a profile, by its number',
    becomes,
    make: async () => transformed((await inDisplayP3()).pixels, colours(12, 13, 6)),
  },
  {
    file: 'ten-bits.heic',
    has: '10 bits per channel',
    becomes,
    make: () => encodeHeic([photo().toColourspace('rgb16')], '-b', '10'),
  },
  {
    file: 'full-colour.heic',
    has: 'colours in full resolution (4:4:4)',
    becomes,
    make: () => encodeHeic([photo()], '-p', 'chroma=444'),
  },
  {
    file: 'opaque.heic',
    has: 'an alpha channel without transparency',
    becomes,
    make: () => encodeHeic([photo().ensureAlpha(1)]),
  },
  {
    file: 'transparent.heic',
    has: 'transparency',
    becomes: 'image/png',
    make: async () => encodeHeic([await transparent()]),
  },
  {
    file: 'premultiplied.heic',
    has: 'transparency, by which the colours are multiplied',
    becomes: 'image/png',
    make: async () => encodeHeic([await transparent({ isPremultiplied: true })], '--premultiplied-alpha'),
  },
  {
    file: 'several.heic',
    has: 'another image before the primary one',
    becomes,
    async make() {
      const items = [await hevcItem(1, photo().negate()), await hevcItem(2, photo())];
      return heifFile({ primary: 2, items });
    },
  },
  {
    file: 'other-brand.heif',
    has: 'only the brands of HEIF itself',
    becomes,
    make: async () => heifFile({ primary: 1, items: [await hevcItem(1, photo())], brands: ['mif1', 'mif1'] }),
  },
];

async function grid(): Promise<Buffer> {
  return heifFile({ primary: 1, items: await gridItems(photo(), rotation(3)) });
}
