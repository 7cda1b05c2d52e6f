import { buildSchema, type GraphQLSchema } from 'graphql';
import { prepareApolloFallback } from './apollo-fallback.ts';

/** What a loaded supergraph gives to those who compile operations over it. */
export interface Schemas {
  /** With all that the subgraphs know and clients do not. */
  supergraphSchema: () => GraphQLSchema;
  prepareApolloFallback: ReturnType<typeof prepareApolloFallback>;
}

/** Both are built when they are first needed. */
export function createSchemas({
  apiSchema,
  supergraphSdl,
}: {
  apiSchema: GraphQLSchema;
  supergraphSdl: string;
}): Schemas {
  let supergraphSchema: GraphQLSchema | undefined;
  return {
    supergraphSchema: () => {
      supergraphSchema ??= buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true, noLocation: true });
      return supergraphSchema;
    },
    prepareApolloFallback: prepareApolloFallback(apiSchema),
  };
}
