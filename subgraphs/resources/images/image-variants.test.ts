import { describe, expect, test } from 'vitest';
import { gifsWithIncompleteSecondFrame, incompleteGifs, wholeGifs } from '../testing/gif-variants.ts';
import { readerOf } from '../testing/image-reader.ts';
import { incompleteJpegs, wholeJpegs } from '../testing/jpeg-variants.ts';
import { incompletePngs, wholePngs } from '../testing/png-variants.ts';

const read = readerOf(100_000);
const readBytes = (bytes: Buffer) => read({ data: bytes.toString('base64') });

const whole = [...(await wholeJpegs()), ...wholePngs(), ...wholeGifs()];
const incomplete = [
  ...(await incompleteJpegs()),
  ...incompletePngs(),
  ...incompleteGifs(),
  ...gifsWithIncompleteSecondFrame(),
];

describe('a file whose every pixel decoders show is accepted with the size that they show:', () => {
  test.each(whole)('$name', async ({ original, bytes }) => {
    const { width, height } = await readBytes(original);
    expect(await readBytes(bytes)).toMatchObject({ width, height, sizeBytes: bytes.length });
  });
});

describe('a file that lacks pixels is UNSUPPORTED_IMAGE:', () => {
  test.each(incomplete)('$name', async ({ bytes }) => {
    await expect(readBytes(bytes)).rejects.toMatchObject({
      message: expect.stringMatching(/^(The image is damaged: |image\.data is not an image)/),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    });
  });
});
