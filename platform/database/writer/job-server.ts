import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { LockWait } from '../busy-retry.ts';
import type { Connection, DatabaseHealth } from '../connection.ts';
import { createGroupCommit } from './group-commit.ts';
import { createJobQueue, expiredError } from './job-queue.ts';
import { describe, type Job, monotonicMs, type Reply, type Request } from './messages.ts';
import { type Jobs, runJob } from './writer.ts';

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

/** For connections of a writer thread, whose jobs have deadlines, and whose number the main thread bounds. */
export const unbounded: LockWait = { maxWaitMs: Number.POSITIVE_INFINITY, maxWaiting: Number.POSITIVE_INFINITY };

/** Serves the jobs of a writer thread until it is closed. `open` receives what the thread was started with. */
export function serveJobs<Settings>(open: (settings: Settings) => Served): void {
  if (!parentPort) throw new Error('This module runs in a writer thread only.');
  serve(parentPort, open((workerData as { settings: Settings }).settings));
}

function serve(port: MessagePort, { grouped, single }: Served): void {
  const commitTogether = createGroupCommit(grouped.sqlite.db.$client);
  let isWorking = false;
  let isClosing = false;
  /** Calls in progress beside the groups. */
  let calls = 0;

  const fail = (id: number, error: unknown): Reply => ({ id, error: describe(error) });
  const post = (replies: readonly Reply[]) => void (replies.length > 0 && port.postMessage(replies));
  const send = (replies: readonly Reply[]) => {
    try {
      post(replies);
    } catch {
      // A result that is no plain data (DataCloneError) costs no other job its reply.
      for (const reply of replies) sendAlone(reply);
    }
  };
  const sendAlone = (reply: Reply) => {
    try {
      post([reply]);
    } catch (error) {
      post([fail(reply.id, error)]);
    }
  };
  const queue = createJobQueue(send);

  const runUnlessExpired = (jobs: Jobs, job: Job) => {
    if (monotonicMs() > job.deadline) throw expiredError();
    return runJob(jobs, job.name, job.args);
  };

  /** Commits what waits now. Called again while the database is locked, so that later jobs join and old ones expire. */
  const commitQueued = (): Reply[] => {
    queue.rejectExpired();
    const group = queue.group();
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
    while (!queue.isEmpty()) {
      const rejectGroup = (error: unknown) => queue.group().map(({ id }) => fail(id, error));
      queue.answer(await grouped.sqlite.write(commitQueued).catch(rejectGroup));
      receiveAll();
    }
    isWorking = false;
    closeIfDone();
  };

  const answer = async (id: number, call: Promise<unknown>) => {
    calls += 1;
    send([await call.then((result): Reply => ({ id, result })).catch((error) => fail(id, error))]);
    calls -= 1;
    closeIfDone();
  };

  const checkHealth = async (): Promise<DatabaseHealth> => {
    const parts = [grouped, ...(single ? [single] : [])].map(({ sqlite }) => sqlite.checkHealth());
    return Object.assign({}, ...(await Promise.all(parts)));
  };

  const closeIfDone = () => {
    if (!isClosing || isWorking || calls > 0) return;
    single?.sqlite.close();
    grouped.sqlite.close();
    port.close();
  };

  const accept = (request: Request) => {
    if ('closes' in request) isClosing = true;
    else if ('checksHealth' in request) void answer(request.id, checkHealth());
    else if (single && Object.hasOwn(single.jobs, request.name)) {
      const { sqlite, jobs } = single;
      void answer(
        request.id,
        sqlite.write(() => runUnlessExpired(jobs, request)),
      );
    } else queue.add(request);
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
