import { afterEach, expect, test, vi } from 'vitest';
import { ConnectionError } from './errors.ts';
import { createTransport } from './transport.ts';

afterEach(() => void vi.useRealTimers());

/** A server that never responds. */
const hang: typeof fetch = (_, init) =>
  new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));

/** Sends a text of this length, and returns after how many seconds the client gives up. */
async function secondsUntilTimeout(length: number): Promise<number> {
  vi.useFakeTimers();
  const send = createTransport({ url: 'http://127.0.0.1/graphql', timeoutMs: 30_000, fetch: hang });
  let error: unknown;
  const sent = send({
    text: '{ me }',
    variables: { data: 'x'.repeat(length) },
    accessToken: undefined,
    signal: undefined,
  });
  void sent.catch((reason: unknown) => {
    error = reason;
  });
  let seconds = 0;
  for (; error === undefined; seconds += 1) await vi.advanceTimersByTimeAsync(1_000);
  expect(error).toBeInstanceOf(ConnectionError);
  return seconds;
}

test('a large body has a second more for each 32 kB', async () => {
  expect(await secondsUntilTimeout(100)).toBe(31);
  expect(await secondsUntilTimeout(32_000 * 100)).toBe(131);
});
