import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLScalarType, GraphQLSchema } from 'graphql';
import { gql } from 'graphql-tag';

/** By type and field; what each takes is the subgraph's own business. */
type Resolvers = Record<string, GraphQLScalarType | Record<string, Resolve>>;
type Resolve = (...args: never[]) => unknown;
type LegacyModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown; resolvers?: unknown }>;
type ApolloResolvers = NonNullable<LegacyModule['resolvers']>;

/** The executable schema of the subgraph whose SDL is `schema/<name>.graphql`. */
export function buildSchema(name: string, resolvers: Resolvers): GraphQLSchema {
  const sdl = readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
  const safe = Object.fromEntries(Object.entries(resolvers).map(([type, fields]) => [type, catchReferences(fields)]));
  return buildSubgraphSchema({ typeDefs: gql(sdl), resolvers: safe as ApolloResolvers });
}

/**
 * Apollo starts the look-ups of several entities, and where one of them is of no type that there is it throws without
 * waiting for the others: a refusal among them would be nobody's, and end the process.
 */
function catchReferences(fields: Resolvers[string]): Resolvers[string] {
  if (!('__resolveReference' in fields)) return fields;
  const { __resolveReference: resolve, ...others } = fields as Record<string, Resolve> & {
    __resolveReference: Resolve;
  };
  // GraphQL takes an Error among entities for the failure of that one.
  const resolveCaught = async (...args: never[]) => {
    try {
      return await resolve(...args);
    } catch (error) {
      return error;
    }
  };
  return { ...others, __resolveReference: resolveCaught };
}
