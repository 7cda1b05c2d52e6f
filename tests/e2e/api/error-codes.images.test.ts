import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../../support/files.ts';
import { createResource } from '../../support/graphql/documents.ts';
import { claimSize, pngOfSize } from '../../support/pngs.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const picture = { data: fixture('four-colours.png').toString('base64') };
const maxBytes = 383_970;

test('IMAGE_TOO_LARGE names the limit, and an image of that size is accepted', async () => {
  const inputOf = async (sizeBytes: number) => {
    const data = (await pngOfSize(sizeBytes)).toString('base64');
    return { input: { title: 'Large', image: { data } } };
  };
  expect(await ada.request.error(createResource, await inputOf(maxBytes + 1))).toEqual({
    code: 'IMAGE_TOO_LARGE',
    maxBytes,
  });
  await ada.request.data(createResource, await inputOf(maxBytes));
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
const unsupported = {
  'an empty string': '',
  'no base64': 'not base64!',
  'base64 without its padding': picture.data.replace(/=+$/, ''),
  'base64 with line breaks': picture.data.replace(/(.{76})/g, '$1\n'),
  'a data: URL': `data:image/png;base64,${picture.data}`,
  HTML: Buffer.from('<!doctype html><script>alert(1)</script>').toString('base64'),
  SVG: Buffer.from(svg).toString('base64'),
  'half a PNG': fixture('four-colours.png').subarray(0, 70).toString('base64'),
  'a JPEG without its end': fixture('four-colours.jpg').subarray(0, -2).toString('base64'),
  'half a GIF': fixture('four-colours.gif').subarray(0, 100).toString('base64'),
};

test.each(Object.entries(unsupported))('UNSUPPORTED_IMAGE for %s', async (_, data) => {
  const input = { title: 'Odd', image: { data } };
  expect(await ada.request.error(createResource, { input })).toEqual({ code: 'UNSUPPORTED_IMAGE' });
});

test('UNSUPPORTED_IMAGE for WebP, for 100 megapixels, and for a PNG declared as GIF', async () => {
  const webp = await sharp(fixture('four-colours.png')).webp().toBuffer();
  const huge = claimSize(fixture('four-colours.png'), { width: 10_000, height: 10_000 });
  const images = [
    { data: webp.toString('base64') },
    { data: huge.toString('base64') },
    { ...picture, contentType: 'image/gif' },
  ];
  for (const image of images) {
    expect(await ada.request.error(createResource, { input: { title: 'Odd', image } })).toEqual({
      code: 'UNSUPPORTED_IMAGE',
    });
  }
});
