import { readFileSync } from 'node:fs';
import type { User } from './users.ts';

/** A measured operation. */
export interface Query {
  name: QueryName;
  about: string;
  /** Users whose tokens the requests carry, in turn. */
  as: 'readers' | 'creators' | 'anonymous';
  /** Concurrent requests. */
  connections: number;
  /** For each gateway: unmeasured requests, then the number and duration of the measured rounds. */
  warmUpRequests: number;
  rounds: number;
  turnMs: number;
  /** The body of the nth request. */
  body(user: User, nth: number): string;
}

const queryNames = ['q1', 'q2', 'q3', 'unseen', 'create', 'log-in'] as const;
export type QueryName = (typeof queryNames)[number];

/** Everything that is compared: the queries, and the time to start. */
export const measuredNames = [...queryNames, 'start-up'] as const;
export type MeasuredName = (typeof measuredNames)[number];

const list = 'id title image { url }';
const joined = `${list} owner { id username }`;
const q1 = `query Q1 { resources(first: 20) { nodes { ${list} } } }`;
const q2 = `query Q2 { resources(first: 20) { nodes { ${joined} } } }`;
const q3 = `query Q3($first: Int!, $after: String, $orderBy: ResourceOrder!) {
  resources(first: $first, after: $after, orderBy: $orderBy) {
    nodes { ${joined} }
    pageInfo { hasNextPage endCursor }
  }
}`;
const unseen = (alias: string) => `query Unseen { ${alias}: resources(first: 20) { nodes { ${joined} } } }`;
const create = `mutation Create($input: CreateResourceInput!) { createResource(input: $input) { resource { ${list} } } }`;
const logIn = `mutation LogIn($input: LoginInput!) { login(input: $input) { accessToken user { id } } }`;

const image = readFileSync(new URL('../../tests/fixtures/four-colours.png', import.meta.url)).toString('base64');
/** Makes documents unique to this run. */
const runId = Math.random().toString(36).slice(2, 8);
const toBody = (query: string, variables?: Record<string, unknown>) => JSON.stringify({ query, variables });
const [q1Body, q2Body] = [toBody(q1), toBody(q2)];

const reading = { as: 'readers', connections: 32, rounds: 6, turnMs: 350 } as const;

/** The operations in the order of measurement: those that change the data come last. */
const queries: readonly Query[] = [
  // The first query also warms up what all share: V8 keeps optimising for about two thousand requests.
  { ...reading, name: 'q1', about: 'a list from one subgraph', warmUpRequests: 1_600, body: () => q1Body },
  { ...reading, name: 'q2', about: 'a list joined from both', warmUpRequests: 800, body: () => q2Body },
  {
    ...reading,
    name: 'q3',
    about: 'the joined list, with variables, from the middle',
    warmUpRequests: 400,
    body: ({ cursor }) => toBody(q3, { first: 20, after: cursor, orderBy: 'OLDEST' }),
  },
  {
    ...reading,
    name: 'unseen',
    about: 'the joined list, each request with a new document',
    warmUpRequests: 250,
    rounds: 4,
    turnMs: 350,
    body: (_, nth) => toBody(unseen(`a${runId}${nth}`)),
  },
  {
    name: 'create',
    about: 'a new resource with a small image',
    as: 'creators',
    connections: 16,
    warmUpRequests: 150,
    rounds: 4,
    turnMs: 350,
    body: (_, nth) => toBody(create, { input: { title: `Picture ${nth}`, image: { data: image } } }),
  },
  {
    name: 'log-in',
    about: 'bcrypt at the default cost',
    as: 'anonymous',
    connections: 4,
    warmUpRequests: 0,
    rounds: 3,
    turnMs: 400,
    body: ({ username, password }) => toBody(logIn, { input: { username, password } }),
  },
];

/** A query for the cursor at which Q3 starts. */
export const firstPage = toBody(`{ resources(first: 20, orderBy: OLDEST) { pageInfo { endCursor } } }`);

/** Returns the operation with this name. */
export function queryOf(name: QueryName): Query {
  const query = queries.find((each) => each.name === name);
  if (!query) throw new Error(`There is no query ${name}.`);
  return query;
}
