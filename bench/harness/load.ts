import { Client } from 'undici';
import type { Query } from './queries.ts';
import type { User } from './users.ts';

/** The result of a load test of one gateway. */
export interface Load {
  requestsPerSecond: number;
  responses: number;
  latenciesMs: number[];
  /** Responses with another status than 200 or with `errors`, and requests without a response. */
  errors: number;
}

export interface LoadSettings {
  url: string;
  query: Query;
  users: readonly User[];
  /** Stops sending after this time or number of requests. */
  until: { durationMs?: number; requests?: number };
  /** Shared between load tests, so that consecutive requests differ in user and document. */
  counter: { next: number };
}

const timeoutMs = 10_000;

/**
 * Sends requests over the query's number of connections, one at a time over each. Waits for all responses, so that every
 * request is counted and the next gateway finds the machine idle.
 */
export async function load({ url, query, users, until, counter }: LoadSettings): Promise<Load> {
  const { origin, pathname } = new URL(url);
  const result: Load = { requestsPerSecond: 0, responses: 0, latenciesMs: [], errors: 0 };
  const startedAt = performance.now();
  const { durationMs = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY } = until;
  let sent = 0;
  const isOver = () => sent >= requests || performance.now() - startedAt >= durationMs;

  const connection = async () => {
    const client = new Client(origin, { bodyTimeout: timeoutMs, headersTimeout: timeoutMs });
    while (!isOver()) {
      sent += 1;
      const nth = counter.next++;
      const user = users[nth % users.length];
      if (!user) throw new Error('There are no users.');
      const sentAt = performance.now();
      const isSuccess = await send(client, pathname, query, user, nth);
      result.latenciesMs.push(performance.now() - sentAt);
      result.responses += 1;
      if (!isSuccess) result.errors += 1;
    }
    return client;
  };
  const clients = await Promise.all(Array.from({ length: query.connections }, connection));
  result.requestsPerSecond = (result.responses * 1000) / (performance.now() - startedAt);
  await Promise.all(clients.map((client) => client.close()));
  return result;
}

function send(client: Client, path: string, query: Query, user: User, nth: number): Promise<boolean> {
  const authorization = query.as === 'anonymous' ? {} : { authorization: user.authorization };
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...authorization };
  const body = query.body(user, nth);
  return new Promise((resolve) => {
    let status = 0;
    const chunks: Buffer[] = [];
    client.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: () => {},
        onResponseStart: (_, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          resolve(status === 200 && !Buffer.concat(chunks).includes('"errors":'));
        },
        onResponseError: () => resolve(false),
      },
    );
  });
}

/** The quantile of a share of values, linearly interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [below = Number.NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}
