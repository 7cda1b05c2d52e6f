import { Client } from 'undici';
import type { Query } from './queries.ts';
import type { Person } from './users.ts';

/** What came of asking one gateway for a while. */
export interface Load {
  requestsPerSecond: number;
  answered: number;
  latenciesMs: number[];
  /** Not 200, with `errors`, or none at all. */
  errors: number;
}

export interface LoadSettings {
  url: string;
  query: Query;
  people: readonly Person[];
  /** No request is sent after so long, or after so many. */
  until: { milliseconds?: number; requests?: number };
  /** Goes on from where it is, so that nobody and no text comes twice in a row. */
  counter: { next: number };
}

const timeoutMs = 10_000;

/**
 * Asks over as many connections as the query has, over each for one thing after the other, and then waits for what is
 * under way: every request that cost something is counted, and the next gateway finds the machine idle.
 */
export async function load({ url, query, people, until, counter }: LoadSettings): Promise<Load> {
  const { origin, pathname } = new URL(url);
  const result: Load = { requestsPerSecond: 0, answered: 0, latenciesMs: [], errors: 0 };
  const startedAt = performance.now();
  const { milliseconds = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY } = until;
  let sent = 0;
  const isOver = () => sent >= requests || performance.now() - startedAt >= milliseconds;

  const connection = async () => {
    const client = new Client(origin, { bodyTimeout: timeoutMs, headersTimeout: timeoutMs });
    while (!isOver()) {
      sent += 1;
      const nth = counter.next++;
      const person = people[nth % people.length];
      if (!person) throw new Error('Nobody to ask for.');
      const sentAt = performance.now();
      const isGood = await ask(client, pathname, query, person, nth);
      result.latenciesMs.push(performance.now() - sentAt);
      result.answered += 1;
      if (!isGood) result.errors += 1;
    }
    return client;
  };
  const clients = await Promise.all(Array.from({ length: query.connections }, connection));
  result.requestsPerSecond = (result.answered * 1000) / (performance.now() - startedAt);
  await Promise.all(clients.map((client) => client.close()));
  return result;
}

function ask(client: Client, path: string, query: Query, person: Person, nth: number): Promise<boolean> {
  const authorization = query.as === 'nobody' ? {} : { authorization: person.authorization };
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...authorization };
  const body = query.body(person, nth);
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
