import { expect, test } from 'vitest';
import { createInFlight } from './in-flight.ts';

test('counts by each key until it is left', () => {
  const { enter, count } = createInFlight();
  const leaveFirst = enter(['a', 'b']);
  const leaveSecond = enter(['b']);
  const counts = () => ['a', 'b', 'c'].map(count);
  expect(counts()).toEqual([1, 2, 0]);
  leaveFirst();
  expect(counts()).toEqual([0, 1, 0]);
  leaveSecond();
  expect(counts()).toEqual([0, 0, 0]);
});

test('nextEnd resolves when one with its key ends, in the order of the calls', async () => {
  const { enter, nextEnd } = createInFlight();
  const [leaveA, leaveB] = [enter(['a']), enter(['b'])];
  enter(['a']);
  const seen: string[] = [];
  const waits = ['first', 'second'].map((name) => nextEnd('a').then(() => seen.push(name)));
  leaveB();
  await nextEnd('b');
  expect(seen).toEqual([]);
  leaveA();
  await Promise.all(waits);
  expect(seen).toEqual(['first', 'second']);
});

test('nextEnd resolves at once if nothing is in flight', async () => {
  const { enter, nextEnd } = createInFlight();
  await nextEnd('a');
  enter(['a'])();
  await nextEnd('a');
});
