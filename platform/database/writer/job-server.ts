import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { LockWait } from '../busy-retry.ts';
import type { Connection } from '../connection.ts';
import { DatabaseUnavailableError } from '../database-unavailable-error.ts';
import { createGroupCommit } from './group-commit.ts';
import { describe, monotonicMs, type Reply, type Request } from './messages.ts';
import type { Jobs } from './writer.ts';

/** Jobs of a database with the connection that they run on. */
export interface ConnectedJobs {
  sqlite: Connection;
  jobs: Jobs;
}

interface Served {
  /** Committed in groups. */
  grouped: ConnectedJobs;
  /** May await between their statements, so each runs by itself, on a connection of its own. */
  single?: ConnectedJobs;
}

type Job = Extract<Request, { name: string }>;

/** For connections of a writer thread, whose jobs have deadlines, and whose number the main thread bounds. */
export const unbounded: LockWait = { maxWaitMs: Number.POSITIVE_INFINITY, maxWaiting: Number.POSITIVE_INFINITY };

/** Enough that one sync to disk serves all that wait, and few enough that the first does not wait for the last. */
const maxGroup = 64;

const isExpired = ({ deadline }: Job) => monotonicMs() > deadline;

function expiredError(): DatabaseUnavailableError {
  const message = 'The database was locked or busy until the deadline of this write.';
  return new DatabaseUnavailableError(Object.assign(new Error(message), { code: 'SQLITE_BUSY' }));
}

/** Serves the jobs of a writer thread until it is closed. `open` receives what the thread was started with. */
export function serveJobs<Settings>(open: (settings: Settings) => Served): void {
  if (!parentPort) throw new Error('This module runs in a writer thread only.');
  serve(parentPort, open((workerData as { settings: Settings }).settings));
}

function serve(port: MessagePort, { grouped, single }: Served): void {
  const commitTogether = createGroupCommit(grouped.sqlite.db.$client);
  let queue: Job[] = [];
  let group: Job[] = [];
  let isWorking = false;
  let isClosing = false;
  let singles = 0;

  const reply = (replies: Reply[]) => void (replies.length > 0 && port.postMessage(replies));
  const fail = (id: number, error: unknown): Reply => ({ id, error: describe(error) });
  const runUnlessExpired = (jobs: Jobs, job: Job) => {
    if (isExpired(job)) throw expiredError();
    return jobs[job.name]?.(...(job.args as never[]));
  };

  /** Commits what waits now. Called again while the database is locked, so that later jobs join and old ones expire. */
  const commitQueued = (): Reply[] => {
    reply(queue.filter(isExpired).map(({ id }) => fail(id, expiredError())));
    queue = queue.filter((job) => !isExpired(job));
    group = queue.slice(0, maxGroup);
    if (group.length === 0) return [];
    const outcomes = commitTogether(group.map((job) => () => runUnlessExpired(grouped.jobs, job)));
    return group.map(({ id }, at): Reply => {
      const outcome = outcomes[at];
      return outcome && 'result' in outcome ? { id, result: outcome.result } : fail(id, outcome?.error);
    });
  };

  const work = async () => {
    if (isWorking) return;
    isWorking = true;
    while (queue.length > 0) {
      // Rejected together if the write does not even begin.
      group = queue.slice(0, maxGroup);
      const replies = await grouped.sqlite.write(commitQueued).catch((error) => group.map(({ id }) => fail(id, error)));
      queue = queue.filter((job) => !group.includes(job));
      reply(replies);
      receiveAll();
    }
    isWorking = false;
    closeIfDone();
  };

  const runSingle = async ({ sqlite, jobs }: ConnectedJobs, job: Job) => {
    singles += 1;
    reply([
      await sqlite
        .write(() => runUnlessExpired(jobs, job))
        .then(
          (result): Reply => ({ id: job.id, result }),
          (error) => fail(job.id, error),
        ),
    ]);
    singles -= 1;
    closeIfDone();
  };

  const closeIfDone = () => {
    if (!isClosing || isWorking || singles > 0) return;
    single?.sqlite.close();
    grouped.sqlite.close();
    port.close();
  };

  const accept = (request: Request) => {
    if ('closes' in request) isClosing = true;
    else if ('checksHealth' in request) {
      const { id } = request;
      grouped.sqlite.checkHealth().then(
        (result) => reply([{ id, result }]),
        (error) => reply([fail(id, error)]),
      );
    } else if (single && request.name in single.jobs) void runSingle(single, request);
    else queue.push(request);
  };

  /** Receives what was sent while the thread waited for the disk, so that it is committed together. */
  const receiveAll = () => {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) accept(next.message);
  };

  port.on('message', (request: Request) => {
    accept(request);
    receiveAll();
    void work();
  });
  // Tells that the thread has started.
  port.postMessage([]);
}
