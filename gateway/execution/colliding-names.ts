import { buildSchema, type GraphQLSchema } from 'graphql';
import { withoutTokens } from '../../platform/graphql/documents/compact-document.ts';
import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { createResponseNames, rejectCollisions } from './response-names.ts';

/**
 * Rejects operations whose response names Apollo's gateway would confuse with those of its plans. Comes first, so that the
 * errors show where a name stands in the client's document, and nothing of the operation is executed.
 */
export function rejectCollidingNames(executor: Executor, supergraphSdl: string): Executor {
  let supergraph: GraphQLSchema | undefined;
  const { collisionsIn } = createResponseNames(executor.schema, () => {
    supergraph ??= buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true });
    return supergraph;
  });
  return {
    ...executor,
    prepare: (operation) => {
      const collisions = collisionsIn(operation.document);
      if (collisions.length === 0) return executor.prepare(operation);
      // Errors need the places of the fields, and nothing that is selected of them.
      const fields = collisions.map(({ node: { selectionSet, ...node }, responseName }) => ({ node, responseName }));
      const { part, sizeBytes } = withoutTokens(fields);
      const errors = rejectCollisions(part);
      return { execute: async () => ({ errors }), sizeBytes: () => sizeBytes };
    },
  };
}
