import { setTimeout } from 'node:timers/promises';
import { openSqlite } from '../../sqlite.ts';
import { serveJobs, unbounded } from '../job-server.ts';

/** Settings of a writer thread for tests. */
export interface CounterThread {
  file: string;
  migrations: string;
}

export type CounterThreadJobs = ReturnType<typeof createJobs>;

/** Jobs on a table `counts (name, value)`, and some that go wrong. */
function createJobs(db: ReturnType<typeof openSqlite>['db']) {
  const client = db.$client;
  const add = client.prepare('INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1');
  return {
    add: (name: string): number => {
      add.run(name);
      return client.prepare('SELECT value FROM counts WHERE name = ?').pluck().get(name) as number;
    },
    /** Blocks the thread as a slow disk does: sets the first element, and waits until the second is set. */
    block(gate: Int32Array): void {
      Atomics.store(gate, 0, 1);
      Atomics.wait(gate, 1, 0);
    },
    fail: (message: string): void => {
      throw new TypeError(message);
    },
    echo: (value: unknown): unknown => value,
    returnFunction: (): unknown => () => {},
    fillDisk: (): void => {
      client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);
      client.prepare('INSERT INTO counts VALUES (?, 0)').run('x'.repeat(100_000));
    },
    freeDisk: (): void => void client.pragma('max_page_count = 1000000'),
    exit: (): void => process.exit(),
  };
}

/** Runs by itself, and awaits in the middle. */
const singleJobs = {
  pause: async (ms: number): Promise<string> => {
    await setTimeout(ms);
    return 'paused';
  },
};

export type SingleJobs = typeof singleJobs;

serveJobs((settings: CounterThread) => {
  const sqlite = openSqlite({ ...settings, lockWait: unbounded });
  const own = openSqlite({ ...settings, lockWait: unbounded });
  return { grouped: { sqlite, jobs: createJobs(sqlite.db) }, single: { sqlite: own, jobs: singleJobs } };
});
