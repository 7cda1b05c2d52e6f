import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { toBase64 } from './resources.ts';

test.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 383_970])('encodes %i bytes as Buffer does', async (size) => {
  const bytes = randomBytes(size);
  expect(await toBase64(bytes)).toBe(bytes.toString('base64'));
  expect(await toBase64(new Blob([bytes]))).toBe(bytes.toString('base64'));
});

test('encodes only the bytes of a view into a larger buffer', async () => {
  const view = new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
  expect(await toBase64(view)).toBe('AgM=');
});
