import { readFileSync } from 'node:fs';
import type { Person } from './users.ts';

/** An operation that is measured: what is sent, for whom, the nth time. */
export interface Query {
  name: QueryName;
  about: string;
  /** Each request bears the token of one of them, in turn. */
  as: 'readers' | 'creators' | 'nobody';
  /** Requests at once. */
  connections: number;
  /** For each side: so many requests without being measured, and then so many turns of so long. */
  warmUpRequests: number;
  rounds: number;
  turnMs: number;
  body(person: Person, nth: number): string;
}

const queryNames = ['q1', 'q2', 'q3', 'unseen', 'create', 'log-in'] as const;
export type QueryName = (typeof queryNames)[number];

/** The queries, and how long a start takes. */
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

const image = readFileSync(new URL('../tests/fixtures/four-colours.png', import.meta.url)).toString('base64');
/** Told apart from whatever an earlier run sent to the same process. */
const run = Math.random().toString(36).slice(2, 8);
const asBody = (query: string, variables?: Record<string, unknown>) => JSON.stringify({ query, variables });
const [q1Body, q2Body] = [asBody(q1), asBody(q2)];

const reading = { as: 'readers', connections: 32, rounds: 6, turnMs: 350 } as const;

/** The operations, in the order in which they are measured: what leaves something behind comes last. */
const queries: readonly Query[] = [
  // The first of them also warms up what all of them use: V8 goes on optimising for some two thousand requests.
  { ...reading, name: 'q1', about: 'a list from one subgraph', warmUpRequests: 1_600, body: () => q1Body },
  { ...reading, name: 'q2', about: 'a list joined from both', warmUpRequests: 800, body: () => q2Body },
  {
    ...reading,
    name: 'q3',
    about: 'the join, with variables, from the middle of a list',
    warmUpRequests: 400,
    body: ({ cursor }) => asBody(q3, { first: 20, after: cursor, orderBy: 'OLDEST' }),
  },
  {
    ...reading,
    name: 'unseen',
    about: 'the join, each with a text of its own',
    warmUpRequests: 250,
    rounds: 4,
    turnMs: 350,
    body: (_, nth) => asBody(unseen(`a${run}${nth}`)),
  },
  {
    name: 'create',
    about: 'a new resource with a small image',
    as: 'creators',
    connections: 16,
    warmUpRequests: 150,
    rounds: 4,
    turnMs: 350,
    body: (_, nth) => asBody(create, { input: { title: `Picture ${nth}`, image: { data: image } } }),
  },
  {
    name: 'log-in',
    about: 'bcrypt at the default cost',
    as: 'nobody',
    connections: 4,
    warmUpRequests: 0,
    rounds: 3,
    turnMs: 400,
    body: ({ username, password }) => asBody(logIn, { input: { username, password } }),
  },
];

/** Whose answer says where Q3 begins. */
export const firstPage = asBody(`{ resources(first: 20, orderBy: OLDEST) { pageInfo { endCursor } } }`);

/** The operation of a name. */
export function queryOf(name: QueryName): Query {
  const query = queries.find((each) => each.name === name);
  if (!query) throw new Error(`There is no query ${name}.`);
  return query;
}
