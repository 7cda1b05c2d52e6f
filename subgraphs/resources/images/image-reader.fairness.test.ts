import { describe, expect, test } from 'vitest';
import { createAbortable } from '../../../platform/async/signal.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { png } from '../testing/images.ts';
import type { DecodeOutcome } from './decode-image.ts';
import { DecoderFailedError, DecoderTimeoutError, type ImageDecoder } from './decoder-process.ts';
import { createImageReader } from './image-reader.ts';

const unavailable = { name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } };
const data = (await png()).toString('base64');

/** Creates a reader whose decoder decodes when the test says so. */
function createReader() {
  const started: { finish: (outcome: DecodeOutcome) => void; fail: (error: Error) => void }[] = [];
  const decoder: ImageDecoder = {
    decode: () => new Promise((finish, fail) => started.push({ finish, fail })),
    close() {},
  };
  const { log, lines } = captureLog();
  const read = createImageReader({ maxBytes: 100_000, decoder, log });
  const ended: string[] = [];
  return {
    started,
    /** Names of the images in the order in which they were read. */
    ended,
    lines,
    read: (name: string, viewerId: string, abandoned = createAbortable()) =>
      read({ data }, { viewerId, requestId: name, abandoned }).then((image) => {
        ended.push(name);
        return image;
      }),
    /** Decodes what has started until nothing else starts. */
    async finishAll() {
      for (let nth = 0; nth < started.length; nth += 1) {
        started[nth]?.finish({ size: { width: 5, height: 4 } });
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('decodes one image at a time, alternating between users', async () => {
  const { read, started, ended, finishAll } = createReader();
  const many = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((name) => read(name, 'a'));
  const others = [read('b1', 'b'), read('c1', 'c'), read('b2', 'b')];
  expect(started).toHaveLength(1);
  await finishAll();
  await Promise.all([...many, ...others]);
  expect(ended).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4', 'a5', 'a6']);
});

test('a user who fills the queue loses their own newest images', async () => {
  const { read, ended, finishAll } = createReader();
  const flood = Promise.allSettled(Array.from({ length: 200 }, (_, at) => read(`a${at}`, 'a')));
  const other = read('b', 'b');
  await finishAll();
  await other;
  expect(ended.indexOf('b')).toBeLessThan(3);
  const rejected = (await flood).filter(({ status }) => status === 'rejected');
  expect(rejected).toHaveLength(200 - ended.length + 1);
  for (const outcome of rejected) expect(outcome).toMatchObject({ reason: unavailable });
});

test('an image that nobody waits for is not decoded', async () => {
  const { read, started, finishAll, lines } = createReader();
  const signal = createAbortable();
  const first = read('first', 'a');
  const abandoned = read('abandoned', 'b', signal);
  const last = read('last', 'c');
  const reason = new Error('The client has disconnected.');
  signal.abort(reason);
  await expect(abandoned).rejects.toBe(reason);
  await finishAll();
  await Promise.all([first, last]);
  expect(started).toHaveLength(2);
  expect(lines).toEqual([]);
});

test('an image whose client leaves while it is decoded is not stored, also if its decoder goes on to the end', async () => {
  const { read, started, lines } = createReader();
  const signal = createAbortable();
  const abandoned = read('abandoned', 'a', signal);
  const reason = new Error('The client has disconnected.');
  signal.abort(reason);
  started[0]?.finish({ size: { width: 5, height: 4 } });
  await expect(abandoned).rejects.toBe(reason);
  expect(lines).toEqual([]);
});

describe('an image is SERVICE_UNAVAILABLE', () => {
  test('if the decoder fails, which is logged with its reason, and the next image is read', async () => {
    const { read, started, finishAll, lines } = createReader();
    const failing = read('failing', 'a');
    const next = read('next', 'a');
    started[0]?.fail(new DecoderFailedError('ended with SIGKILL'));
    await expect(failing).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/could not be decoded now: try again/),
    });
    expect(lines).toMatchObject([{ requestId: 'failing', err: { message: expect.stringContaining('SIGKILL') } }]);
    await finishAll();
    expect(await next).toMatchObject({ width: 5, height: 4 });
  });

  test('if it takes too long, and says that fewer pixels may help', async () => {
    const { read, started, lines } = createReader();
    const failing = read('failing', 'a');
    started[0]?.fail(new DecoderTimeoutError(15_000));
    const message = expect.stringMatching(/took over 15 seconds .* fewer pixels/);
    await expect(failing).rejects.toMatchObject({ ...unavailable, message });
    expect(lines).toMatchObject([{ err: { message: 'The image decoder took more than 15000 ms.' } }]);
  });
});

test('an error that is no failure of the decoder is a bug', async () => {
  const { read, started } = createReader();
  const bug = new TypeError('a bug');
  const reading = read('one', 'a');
  started[0]?.fail(bug);
  await expect(reading).rejects.toBe(bug);
});
