import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLScalarType, type GraphQLSchema, isInterfaceType } from 'graphql';
import { gql } from 'graphql-tag';
import { ApiError } from '../api-error.ts';
import { readAuthorization } from '../authorization/authorization.ts';
import type { Policies } from '../authorization/permissions.ts';
import { protectSchema } from '../authorization/protect-schema.ts';
import { DatabaseUnavailableError } from '../database/database-unavailable-error.ts';
import { cancellable, cancellableReference } from './execution/cancellation.ts';
import { resolveByTypename } from './jit-support.ts';
import { checkRepresentations } from './representations.ts';

/** Resolvers by type and field; generated types check their arguments in each subgraph. */
type Resolvers = Record<string, GraphQLScalarType | Record<string, Resolve>>;
type Resolve = (...args: never[]) => unknown;
type LegacyModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown; resolvers?: unknown }>;
type ApolloResolvers = NonNullable<LegacyModule['resolvers']>;

export interface SchemaParts {
  resolvers: Resolvers;
  policies: Policies;
  /** Limit of the JSON of one response, over which a query stops; a default if omitted. */
  maxResponseBytes?: number | undefined;
}

/**
 * Builds the executable schema of the subgraph whose SDL is `schema/<name>.graphql`. Its fields check what the SDL requires
 * of whoever uses them. An object of an interface names its type in `__typename`. Its resolvers answer SERVICE_UNAVAILABLE where storage throws DatabaseUnavailableError.
 */
export function buildSchema(name: string, { resolvers, policies, maxResponseBytes }: SchemaParts): GraphQLSchema {
  const sdl = readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
  const wrapped = Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]) => [
      type,
      fields instanceof GraphQLScalarType ? fields : wrapResolvers(fields, maxResponseBytes),
    ]),
  );
  const typeDefs = gql(sdl);
  const schema = buildSubgraphSchema({ typeDefs, resolvers: wrapped as ApolloResolvers });
  for (const type of Object.values(schema.getTypeMap()))
    if (isInterfaceType(type)) type.resolveType = resolveByTypename;
  return protectSchema(checkRepresentations(schema), readAuthorization(typeDefs.definitions, policies));
}

function wrapResolvers(fields: Record<string, Resolve>, maxResponseBytes: number | undefined): Record<string, Resolve> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, resolve]) => [
      field,
      field === '__resolveReference'
        ? returnErrors(cancellableReference(throwApiErrors(resolve)))
        : cancellable(throwApiErrors(resolve), maxResponseBytes),
    ]),
  );
}

/** Synchronous resolvers stay synchronous: a promise for each field of a list would be expensive. */
function throwApiErrors(resolve: Resolve): Resolve {
  return (...args) => {
    try {
      const result = resolve(...args);
      return result instanceof Promise ? result.catch(rethrow) : result;
    } catch (error) {
      return rethrow(error);
    }
  };
}

function rethrow(error: unknown): never {
  if (!(error instanceof DatabaseUnavailableError)) throw error;
  throw new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'The database is not available now: try again.', {
    cause: error,
  });
}

/**
 * Returns errors of a reference resolver, which graphql-js reports for that entity. Apollo does not wait for the entities
 * of a list when one of them has an unknown type, so a rejection of another would be unhandled.
 */
function returnErrors(resolve: Resolve): Resolve {
  return async (...args) => {
    try {
      return await resolve(...args);
    } catch (error) {
      return error;
    }
  };
}
