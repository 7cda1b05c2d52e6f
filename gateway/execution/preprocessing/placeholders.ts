import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  Kind,
} from 'graphql';
import {
  completeResult,
  createPlace,
  type Place,
  unusedPrefix,
} from '../../../platform/graphql/execution/result-completion.ts';
import type { ExecutableOperation } from '../../../platform/graphql/prepared-operations.ts';

/** The fields from the root of a response to one of its objects. */
export type FieldPath = readonly { key: string; type: GraphQLOutputType }[];

/**
 * Fields that stand where conditions leave nothing selected, or cannot be evaluated. Each is a `__typename` under a
 * response name that begins with `prefix` and ends with an index of `errors`. Clients do not see them.
 */
export interface Placeholders {
  prefix: string;
  /** The error of each placeholder's object; undefined for an object that is merely empty. */
  errors: (GraphQLError | undefined)[];
  root: Place;
}

/** Prepares for an operation whose root has `type`. */
export function createPlaceholders(document: DocumentNode, type: GraphQLObjectType): Placeholders {
  return { prefix: unusedPrefix(document, 'empty_'), errors: [], root: createPlace(type) };
}

/** Makes a placeholder for the objects at a path. */
export function addPlaceholder(
  { prefix, errors, root }: Placeholders,
  { path, error }: { path: FieldPath; error?: GraphQLError },
): FieldNode {
  let place = root;
  for (const { key, type } of path) {
    const next = place.below.get(key) ?? createPlace(type);
    place.below.set(key, next);
    place = next;
  }
  place.hasPlaceholder = true;
  const alias = { kind: Kind.NAME, value: `${prefix}${errors.push(error) - 1}` } as const;
  return { kind: Kind.FIELD, alias, name: { kind: Kind.NAME, value: '__typename' } };
}

/** Measured for a placeholder with its place and an error. */
const bytesPerPlaceholder = 3_000;

/** Removes the placeholders from each result, and nulls the objects that have errors. */
export function withoutPlaceholders(executable: ExecutableOperation, placeholders: Placeholders): ExecutableOperation {
  const { execute, sizeBytes } = executable;
  if (placeholders.errors.length === 0) return executable;
  return {
    execute: async (request) => removePlaceholders(await execute(request), placeholders),
    sizeBytes: () => sizeBytes() + bytesPerPlaceholder * placeholders.errors.length,
  };
}

function removePlaceholders(result: ExecutionResult, { prefix, errors, root }: Placeholders): ExecutionResult {
  return completeResult(result, root, (object, { path }) => {
    for (const key of Object.keys(object)) {
      if (!key.startsWith(prefix)) continue;
      const error = errors[Number(key.slice(prefix.length))];
      if (error)
        throw new GraphQLError(error.message, { nodes: error.nodes ?? null, path, extensions: error.extensions });
      delete object[key];
    }
    return object;
  });
}
