import { DatabaseUnavailableError } from '../database-unavailable-error.ts';
import { describe, type Job, monotonicMs, type Reply } from './messages.ts';

/** Enough that one sync to disk serves all that wait, and few enough that the first does not wait for the last. */
const maxGroup = 64;

/** Jobs in the order in which they came. A job leaves only with its reply, so that each gets one. */
export interface JobQueue {
  add(job: Job): void;
  isEmpty(): boolean;
  /** Returns the jobs to commit together, which stay until they are answered. */
  group(): readonly Job[];
  answer(replies: readonly Reply[]): void;
  /** Answers jobs whose deadline has passed. */
  rejectExpired(): void;
}

export function createJobQueue(send: (replies: readonly Reply[]) => void, nowMs = monotonicMs): JobQueue {
  const jobs = new Map<number, Job>();

  const answer = (replies: readonly Reply[]) => {
    for (const { id } of replies) jobs.delete(id);
    send(replies);
  };

  return {
    add: (job) => void jobs.set(job.id, job),
    isEmpty: () => jobs.size === 0,
    group: () => [...jobs.values()].slice(0, maxGroup),
    answer,
    rejectExpired() {
      // One time for all: a job that expires between two readings of the clock would be in neither list.
      const now = nowMs();
      const expired = [...jobs.values()].filter(({ deadline }) => now > deadline);
      answer(expired.map(({ id }) => ({ id, error: describe(expiredError()) })));
    },
  };
}

/** The reason why a job does not run after its deadline. */
export function expiredError(): DatabaseUnavailableError {
  const message = 'The database was locked or busy until the deadline of this write.';
  return new DatabaseUnavailableError(Object.assign(new Error(message), { code: 'SQLITE_BUSY' }));
}
