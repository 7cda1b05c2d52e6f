import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPause } from './pause.ts';

const days = 1_000_000_000;

/** Whether a pause is over by now. */
async function isOver(waiting: Promise<void>): Promise<boolean> {
  return Promise.race([waiting.then(() => true), setImmediate(false)]);
}

test('a pause is over after its time', async () => {
  await createPause(1).wait();
});

test('a pause that is ended is over at once, and the next one lasts', async () => {
  const pause = createPause(days);
  const waiting = pause.wait();
  expect(await isOver(waiting)).toBe(false);
  pause.end();
  expect(await isOver(waiting)).toBe(true);
  expect(await isOver(pause.wait())).toBe(false);
});

test('what is ended before it begins does not begin, once, however often it was ended', async () => {
  const pause = createPause(days);
  pause.end();
  pause.end();
  expect(await isOver(pause.wait())).toBe(true);
  expect(await isOver(pause.wait())).toBe(false);
});
