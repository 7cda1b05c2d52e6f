import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { queryOf } from '../harness/queries.ts';
import { post } from '../harness/request.ts';
import type { User } from '../harness/users.ts';

/** An open-loop load: requests are sent on schedule, whether or not earlier ones have been answered. */
export interface ListStream {
  url: string;
  readers: readonly User[];
  perSecond: number;
}

/** More than the requests in flight, so that none waits for a connection. */
const connections = 256;
let sentCount = 0;

/**
 * Queries lists on a fixed schedule until `isOver`. Returns the latencies in milliseconds, measured from the scheduled time:
 * a request that is sent late counts with its delay.
 */
export async function streamLists({ url, readers, perSecond }: ListStream, isOver: () => boolean): Promise<number[]> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const query = queryOf('q1');
  const latencies: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let nth = 0; !isOver(); nth += 1) {
    const dueAt = startedAt + (nth * 1000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await setTimeout(waitMs);
    const reader = readers[sentCount++ % readers.length];
    if (!reader) throw new Error('There are no readers.');
    const { authorization } = reader;
    const response = post(pool, { path: pathname, body: query.body(reader, nth), authorization });
    const latency = response.then(() => performance.now() - dueAt);
    // Prevents an unhandled rejection: `Promise.all` below throws it.
    latency.catch(() => {});
    latencies.push(latency);
  }
  const all = await Promise.all(latencies);
  await pool.close();
  return all;
}
