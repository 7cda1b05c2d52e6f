import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createInterruptibleSleep } from './interruptible-sleep.ts';

const days = 1_000_000_000;
const never = new AbortController().signal;

async function isOver(sleeping: Promise<void>): Promise<boolean> {
  return Promise.race([sleeping.then(() => true), setImmediate(false)]);
}

test('sleeps for the interval', async () => {
  await createInterruptibleSleep(1, never).sleep();
});

test('wake ends the current sleep and no later one', async () => {
  const { sleep, wake } = createInterruptibleSleep(days, never);
  const sleeping = sleep();
  expect(await isOver(sleeping)).toBe(false);
  wake();
  expect(await isOver(sleeping)).toBe(true);
  expect(await isOver(sleep())).toBe(false);
});

test('wake before a sleep skips exactly one sleep, however often it is called', async () => {
  const { sleep, wake } = createInterruptibleSleep(days, never);
  wake();
  wake();
  expect(await isOver(sleep())).toBe(true);
  expect(await isOver(sleep())).toBe(false);
});

test('stopping ends the current sleep and every later one', async () => {
  const stopping = new AbortController();
  const { sleep } = createInterruptibleSleep(days, stopping.signal);
  const sleeping = sleep();
  expect(await isOver(sleeping)).toBe(false);
  stopping.abort();
  expect(await isOver(sleeping)).toBe(true);
  expect(await isOver(sleep())).toBe(true);
  expect(await isOver(sleep())).toBe(true);
});

test('does not sleep if stopping before the first sleep', async () => {
  const stopping = new AbortController();
  stopping.abort();
  expect(await isOver(createInterruptibleSleep(days, stopping.signal).sleep())).toBe(true);
});
