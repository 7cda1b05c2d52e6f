import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLScalarType, GraphQLSchema } from 'graphql';
import { gql } from 'graphql-tag';

/** By type and field; what each takes is the subgraph's own business. */
type Resolvers = Record<string, GraphQLScalarType | Record<string, (...args: never[]) => unknown>>;
type LegacyModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown; resolvers?: unknown }>;
type ApolloResolvers = NonNullable<LegacyModule['resolvers']>;

/** The executable schema of the subgraph whose SDL is `schema/<name>.graphql`. */
export function buildSchema(name: string, resolvers: Resolvers): GraphQLSchema {
  const sdl = readFileSync(new URL(`../schema/${name}.graphql`, import.meta.url), 'utf8');
  return buildSubgraphSchema({ typeDefs: gql(sdl), resolvers: resolvers as ApolloResolvers });
}
