import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { queryOf } from '../queries.ts';
import type { Person } from '../users.ts';
import { post } from './post.ts';

/** Asked for however late the answers come, as people do who do not know of each other. */
export interface ListStream {
  url: string;
  readers: readonly Person[];
  perSecond: number;
}

/** More than may be under way at once, so that none waits for a connection. */
const connections = 256;
let asked = 0;

/**
 * Asks for lists on a fixed schedule until told to stop, and says how long each took from when it was due: one that
 * could not even be sent in time counts as the wait that it is.
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
    const reader = readers[asked++ % readers.length];
    if (!reader) throw new Error('Nobody to ask for.');
    const { authorization } = reader;
    const answered = post(pool, { path: pathname, body: query.body(reader, nth), authorization });
    const latency = answered.then(() => performance.now() - dueAt);
    // One that fails before the last is sent is thrown at the end.
    latency.catch(() => {});
    latencies.push(latency);
  }
  const all = await Promise.all(latencies);
  await pool.close();
  return all;
}
