import { Worker } from 'node:worker_threads';
import { stopAfter } from '../../process/lifecycle.ts';
import { defaultMaxWaitMs } from '../busy-retry.ts';
import type { Connection, DatabaseHealth } from '../connection.ts';
import { DatabaseUnavailableError } from '../database-unavailable-error.ts';
import { monotonicMs, type Reply, type Request, toError } from './messages.ts';
import type { Jobs, Writer } from './writer.ts';

export interface ThreadSettings {
  /** The connection for reads in this thread, which is closed with the writer. */
  reads: Connection;
  /** A module that calls `serveJobs`. */
  module: URL;
  /** Passed to it; plain data. */
  settings: object;
  /** How long a job may wait before it runs, in milliseconds. */
  maxWaitMs?: number | undefined;
  /** How many jobs wait or run at once. */
  maxJobs?: number | undefined;
  /** Called if the thread ends by itself; stops the process by default. */
  onLost?: ((error: Error) => void) | undefined;
}

/** A thread that takes longer to answer hangs on its disk. Shorter than the time-out of common readiness probes. */
const probeMs = 800;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * Starts a thread that runs the jobs of one database, on connections of its own; this thread only reads. An idle thread does
 * not keep the process alive.
 */
export function startThreadWriter<All extends Jobs>(thread: ThreadSettings): Writer<All> {
  const { reads, module, settings, maxWaitMs = defaultMaxWaitMs, maxJobs = 256, onLost = stopAfter } = thread;
  // Without the arguments of this process: their preloaded modules are for its main thread.
  const worker = new Worker(new URL('thread-entry.mjs', import.meta.url), {
    workerData: { module: module.href, settings },
    execArgv: [],
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isClosing = false;
  let cause: unknown;
  let lost: DatabaseUnavailableError | undefined;

  const finish = (id: number) => {
    const found = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0 && !isClosing) worker.unref();
    return found;
  };
  /** Requests from before the thread has started, which takes a second: their deadlines begin when it has. */
  let early: (() => void)[] | undefined = [];
  const whenStarted = (send: () => void) => {
    if (early) early.push(send);
    else send();
  };
  worker.once('message', () => {
    for (const send of early ?? []) send();
    early = undefined;
  });
  worker.on('message', (replies: Reply[]) => {
    for (const reply of replies) {
      const found = finish(reply.id);
      if ('result' in reply) found?.resolve(reply.result);
      else found?.reject(toError(reply.error));
    }
  });
  worker.on('error', (error) => {
    cause = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      if (!isClosing || waiting.size > 0) {
        const message = 'The writer thread of a database has ended. What it was writing may be stored or not.';
        const error = new Error(message, { cause });
        lost = new DatabaseUnavailableError(error);
        for (const id of [...waiting.keys()]) finish(id)?.reject(lost);
        onLost(error);
      }
      resolve();
    });
  });

  const send = <Result>(request: (id: number) => Request): Promise<Result> => {
    if (lost) return Promise.reject(lost);
    if (isClosing) return Promise.reject(new Error('The database is closed.'));
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      worker.ref();
      whenStarted(() => {
        try {
          worker.postMessage(request(id));
        } catch (error) {
          // Arguments that are no plain data (DataCloneError).
          finish(id)?.reject(error as Error);
        }
      });
    });
  };

  let probing: Promise<DatabaseHealth> | undefined;
  /** Probes once for all that ask meanwhile. */
  const probe = () => {
    probing ??= send<DatabaseHealth>((id) => ({ id, checksHealth: true })).finally(() => {
      probing = undefined;
    });
    return probing;
  };

  return {
    run(name, ...args) {
      if (waiting.size >= maxJobs) {
        return Promise.reject(new DatabaseUnavailableError(new Error(`${maxJobs} writes wait already.`)));
      }
      return send((id) => ({ id, name, args, deadline: monotonicMs() + maxWaitMs }));
    },
    async checkHealth() {
      await reads.checkReads();
      const timedOut = new Promise<DatabaseHealth>((resolve) => {
        whenStarted(() => void setTimeout(resolve, probeMs, { writes: 'failing' }).unref());
      });
      return Promise.race([probe(), timedOut]);
    },
    close() {
      if (!isClosing && !lost) {
        isClosing = true;
        worker.ref();
        whenStarted(() => worker.postMessage({ closes: true } satisfies Request));
      }
      return ended.then(reads.close);
    },
  };
}
