import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { toBase64 } from './base64.ts';

test.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 383_970])('%i bytes are written as Node writes them', async (size) => {
  const bytes = randomBytes(size);
  expect(await toBase64(bytes)).toBe(bytes.toString('base64'));
  expect(await toBase64(new Blob([bytes]))).toBe(bytes.toString('base64'));
});

test('of a view into more bytes only those of the view are written', async () => {
  const view = new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
  expect(await toBase64(view)).toBe('AgM=');
});
