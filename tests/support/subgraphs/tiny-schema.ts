import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { gql } from 'graphql-tag';
import { ApiError } from '../../../platform/api-error.ts';
import type { IncomingRequest } from '../../../platform/graphql/graphql-endpoint.ts';

const typeDefs = gql`
  type Query {
    hello: String
    echo(text: String!): String
    "The request as a resolver sees it."
    request: String
    "Resolves when the test lets it."
    slow: String
    bug: String
    codedBug: String
    missing: String
    unavailable: String
  }

  type Mutation {
    "Resolves to the number of calls."
    change: Int
    "Counts as a change, and fails."
    rejectChange: Int
    "Counts as a change when the test lets it."
    slowChange: Int
  }
`;

/** The schema above and its controls. */
export interface TinySchema {
  schema: GraphQLSchema;
  /** Number of mutations that ran. */
  changes(): number;
  /** Resolves to the request whose `slow` or `slowChange` has started. */
  slowBegan: Promise<IncomingRequest>;
  /** Lets `slow` and `slowChange` resolve. */
  finishSlow(): void;
}

/** A schema with a field for each outcome: success, a late one, an API error and a bug. */
export function createTinySchema(): TinySchema {
  let changes = 0;
  const [finished, finishSlow] = createGate<void>();
  const [slowBegan, begin] = createGate<IncomingRequest>();
  const schema = buildSubgraphSchema({
    typeDefs,
    resolvers: {
      Query: {
        hello: () => 'world',
        echo: (_, { text }: { text: string }) => text,
        request: (_, _args, context) => {
          const { clientGone, ...request } = context as IncomingRequest;
          return JSON.stringify(request);
        },
        slow: async (_, _args, context) => {
          begin(context as IncomingRequest);
          await finished;
          return 'at last';
        },
        ...failures,
      },
      Mutation: {
        change: () => {
          changes += 1;
          return changes;
        },
        rejectChange: () => {
          changes += 1;
          return failures.missing();
        },
        slowChange: async (_, _args, context) => {
          begin(context as IncomingRequest);
          await finished;
          changes += 1;
          return changes;
        },
      },
    },
  });
  return { schema, changes: () => changes, slowBegan, finishSlow };
}

const failures = {
  bug: () => {
    throw new Error('no such table: users', { cause: new Error('SQLITE_ERROR in /srv/app') });
  },
  codedBug: () => {
    throw new GraphQLError('no such table: users', { extensions: { code: 'SQLITE', table: 'users' } });
  },
  missing: () => {
    throw new ApiError<{ code: 'NOT_FOUND' }>({ code: 'NOT_FOUND' }, 'There is no such thing.', {
      cause: new Error('0 rows'),
    });
  },
  unavailable: () => {
    throw new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.', { cause: new Error('SQLITE_BUSY') });
  },
};

function createGate<Value>(): [Promise<Value>, (value: Value) => void] {
  let open = (_value: Value) => {};
  const gate = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return [gate, (value) => open(value)];
}
