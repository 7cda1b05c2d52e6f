import { expect, test } from 'vitest';
import { createJobQueue } from './job-queue.ts';
import type { Reply } from './messages.ts';

/** A queue whose clock advances by 1 ms at each reading, with jobs of the ids and deadlines 1 to `count`. */
function open(count: number) {
  const sent: Reply[] = [];
  let now = 0;
  const queue = createJobQueue(
    (replies) => void sent.push(...replies),
    () => ++now,
  );
  for (let id = 1; id <= count; id += 1) queue.add({ id, name: 'add', args: [], deadline: id });
  const ids = () => sent.map(({ id }) => id);
  return { queue, sent, ids };
}

test('each job is answered once, however the clock moves while some expire and others are committed', () => {
  const { queue, ids } = open(100);
  while (!queue.isEmpty()) {
    queue.rejectExpired();
    const [last] = queue.group().slice(-1);
    if (last) queue.answer([{ id: last.id, result: 'committed' }]);
  }
  expect(ids().toSorted((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
});

test('an expired job is rejected as one that the database had no time for', () => {
  const { queue, sent } = open(1);
  queue.rejectExpired();
  expect(sent).toEqual([]);
  queue.rejectExpired();
  expect(sent).toMatchObject([{ id: 1, error: { isUnavailable: true, code: 'SQLITE_BUSY' } }]);
  expect(queue.isEmpty()).toBe(true);
});

test('a group has the first 64 jobs, which stay until they are answered', () => {
  const { queue } = open(100);
  const first = queue.group();
  expect([first.length, first[0]?.id, queue.group()]).toEqual([64, 1, first]);
  queue.answer(first.map(({ id }) => ({ id, result: 'committed' })));
  expect([queue.group().length, queue.group()[0]?.id]).toEqual([36, 65]);
});
