import { expect, test } from 'vitest';
import { createInFlight } from './in-flight.ts';

test('what has entered is counted by each of its keys until it leaves', () => {
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

test('whoever waits goes on, in their order, when one with their key has ended, and not before', async () => {
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

test('nobody waits where nothing is under way', async () => {
  const { enter, nextEnd } = createInFlight();
  await nextEnd('a');
  enter(['a'])();
  await nextEnd('a');
});
