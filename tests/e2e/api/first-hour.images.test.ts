import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../../support/files.ts';
import { createResource } from '../../support/graphql/documents.ts';
import { type Draft, type Means, sendUntilAccepted } from '../../support/graphql/newcomer.ts';
import { pngOfSize } from '../../support/pngs.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** Mistakes that a newcomer makes with an image. Each is corrected by somebody who does what the error says, and no more. */

let system: System;
let authorization: string;
beforeAll(async () => {
  system = await startSystem();
  authorization = `Bearer ${(await system.signUp()).accessToken}`;
});
afterAll(() => system.stop());

const jpeg = fixture('four-colours.jpg').toString('base64');
const png = fixture('four-colours.png').toString('base64');
const photo = () => sharp(fixture('four-colours.jpg')).resize(64, 48);
const base64 = async (bytes: Promise<Buffer>) => (await bytes).toString('base64');
const shrinkTo = (maxBytes: number) => base64(pngOfSize(maxBytes));

/** The codes of the errors on the way to an image that is stored. */
async function codesUntilStored(image: object, means: Means = {}): Promise<string[]> {
  const draft: Draft = {
    ...{ method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json', authorization } },
    document: String(createResource),
    variables: { input: { title: 'A photo', image } },
  };
  const errors = await sendUntilAccepted(system.gateway, draft, means);
  return errors.map(({ extensions }) => extensions.code);
}

describe('an error of one reading corrects', () => {
  test.each<[string, object]>([
    ['a data URL', { data: `data:image/png;base64,${png}` }],
    ['line breaks, as base64 writes them', { data: png.replace(/.{76}/g, '$&\n') }],
    ['the alphabet of URLs', { data: jpeg.replaceAll('+', '-').replaceAll('/', '_') }],
    ['no padding', { data: padded(jpeg, png).replace(/=+$/, '') }],
    ['the contentType of another type', { data: png, contentType: 'image/jpeg' }],
    ['the contentType of any file', { data: png, contentType: 'application/octet-stream' }],
    ['an empty contentType, as of a File', { data: jpeg, contentType: '' }],
  ])('%s', async (_, image) => {
    expect(await codesUntilStored(image)).toEqual(['UNSUPPORTED_IMAGE']);
  });

  test.each(['webp', 'avif', 'tiff'] as const)('a photo in %s', async (format) => {
    const data = await base64(photo().toFormat(format, { effort: 0 }).toBuffer());
    expect(await codesUntilStored({ data, contentType: `image/${format}` })).toEqual(['UNSUPPORTED_IMAGE']);
  });

  test('a photo that is too large, by the limit', async () => {
    expect(await codesUntilStored({ data: await shrinkTo(2_000_000) }, { shrinkTo })).toEqual(['IMAGE_TOO_LARGE']);
  });

  test.each([true, false])('a photo that is too large, by fit; keepMetadata is %s', async (keepMetadata) => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const create = { width: 1_200, height: 900, channels: 3, background: '#888', noise } as const;
    const data = await base64(sharp({ create }).jpeg({ quality: 95 }).toBuffer());
    expect(await codesUntilStored({ data, keepMetadata })).toEqual(['IMAGE_TOO_LARGE']);
  });
});

/** The first text that ends in padding. */
function padded(...texts: string[]): string {
  return texts.find((text) => text.endsWith('=')) ?? expect.fail('None has padding.');
}

test.each(['jpeg', 'webp', 'avif'] as const)('contentType may name what was sent, with fit: %s', async (format) => {
  const data = await base64(photo().toFormat(format, { effort: 0 }).toBuffer());
  expect(await codesUntilStored({ data, contentType: `image/${format}`, fit: true })).toEqual([]);
});
