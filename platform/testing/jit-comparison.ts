import { buildSubgraphSchema } from '@apollo/subgraph';
import { gql } from 'graphql-tag';
import { ApiError } from '../api-error.ts';
import { dateTime } from '../graphql/date-time.ts';
import { type Difference, differences } from '../graphql/differential/differences.ts';
import { createExecutors } from '../graphql/differential/executors.ts';

export type Variables = Record<string, unknown>;

const typeDefs = gql`
  scalar DateTime
  enum Kind { SMALL BIG }
  input Deep { number: Int text: String kind: Kind = BIG }
  input Input { id: ID! text: String texts: [String] deep: Deep when: DateTime }
  type Person { id: ID! name: String friend: Person missing: String }
  type Query {
    hello: String
    person: Person
    missing: String
    "Its arguments, as they reach the resolver."
    show(input: Input, number: Int! = 3, kinds: [Kind!], when: DateTime, id: ID): String
  }
  type Mutation { first(number: Int! = 3 kind: Kind! = BIG): String second: String late: String fails: String failsLate: String }
`;

/** Creates a schema, and records which of its mutations ran. */
export function createSchema() {
  const ran: string[] = [];
  const now = (name: string) => () => {
    ran.push(name);
    return name;
  };
  const later = (name: string) => async () => {
    ran.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    return now(name)();
  };
  const throwNotFound = () => {
    throw new ApiError<{ code: 'NOT_FOUND' }>({ code: 'NOT_FOUND' }, 'There is no such thing.');
  };
  const Query = {
    hello: () => 'world',
    missing: throwNotFound,
    person: () => ({ id: '1', name: 'Ada', friend: { id: '2', name: 'Bob' } }),
    show: (_: unknown, args: unknown) => JSON.stringify(args),
  };
  const fails = () => now('fails')() && throwNotFound();
  const failsLate = () => later('failsLate')().then(throwNotFound);
  const Mutation = { first: now('first'), second: now('second'), late: later('late'), fails, failsLate };
  const Person = { missing: throwNotFound };
  return { schema: buildSubgraphSchema({ typeDefs, resolvers: { DateTime: dateTime, Query, Mutation, Person } }), ran };
}

/** Lists how the compiled executor differs from graphql-js in the first and in repeated runs. */
export async function differencesOf(source: string, ...variables: Variables[]): Promise<Difference[]> {
  const { schema, ran } = createSchema();
  const { graphqlJs, compiled } = await createExecutors(schema);
  const found: Difference[] = [];
  const times = variables.length > 0 ? variables : [{}];
  for (const values of [...times, ...times, ...times]) {
    const request = { source, variables: values };
    const wanted = await graphqlJs(request, {});
    const wantedRuns = ran.splice(0).join();
    const got = await compiled(request, {});
    found.push(...differences(wanted, got));
    const runs = ran.splice(0).join();
    if (runs !== wantedRuns) found.push({ what: 'what ran', wanted: wantedRuns, got: runs });
  }
  return found;
}
