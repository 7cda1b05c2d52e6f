import type { Clock } from '../database/connection.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock {
  now: Clock;
  set(time: Date): void;
  advance(ms: number): void;
  /** Holds the time, so that threads can read it by `clockIn`. */
  memory: SharedArrayBuffer;
}

export function createTestClock(time = new Date()): TestClock {
  const memory = new SharedArrayBuffer(8);
  const set = (next: Date) => void Atomics.store(new BigInt64Array(memory), 0, BigInt(next.getTime()));
  set(time);
  const now = clockIn(memory);
  return { now, set, advance: (ms) => set(new Date(now().getTime() + ms)), memory };
}

/** The clock of another thread. */
export function clockIn(memory: SharedArrayBuffer): Clock {
  const milliseconds = new BigInt64Array(memory);
  return () => new Date(Number(Atomics.load(milliseconds, 0)));
}
