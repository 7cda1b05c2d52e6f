import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isListType,
  isNonNullType,
  Kind,
  visit,
} from 'graphql';
import type { ExecutableOperation } from '../../../platform/graphql/prepared-operations.ts';
import type { Data } from '../run.ts';

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

/** A field of the response that has placeholders in its objects, or below them. */
interface Place {
  type: GraphQLOutputType;
  hasPlaceholder: boolean;
  below: Map<string, Place>;
}

/** Prepares for an operation whose root has `type`. */
export function createPlaceholders(document: DocumentNode, type: GraphQLObjectType): Placeholders {
  return { prefix: freePrefix(document), errors: [], root: createPlace(type) };
}

const createPlace = (type: GraphQLOutputType): Place => ({ type, hasPlaceholder: false, below: new Map() });

function freePrefix(document: DocumentNode): string {
  const names: string[] = [];
  visit(document, { Name: ({ value }) => void names.push(value) });
  let prefix = 'empty_';
  while (names.some((name) => name.startsWith(prefix))) prefix += '_';
  return prefix;
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

/** Changes a result. */
function removePlaceholders(result: ExecutionResult, placeholders: Placeholders): ExecutionResult {
  const completion: Completion = { ...placeholders, found: [] };
  const data = complete(result.data, { ...placeholders.root, path: [] }, completion) as typeof result.data;
  const errors = [...(result.errors ?? []), ...completion.found];
  return { ...result, ...(data !== undefined && { data }), ...(errors.length > 0 && { errors }) };
}

interface Completion extends Placeholders {
  /** Errors of this result. */
  found: GraphQLError[];
}

interface Position extends Place {
  path: readonly (string | number)[];
}

/** Completes a value of the place's type. Nulls propagate as in the GraphQL specification, section 6.4.4. */
function complete(value: unknown, position: Position, completion: Completion): unknown {
  if (value === null || value === undefined) return value;
  const { type } = position;
  if (isNonNullType(type)) return completePresent(value, { ...position, type: type.ofType }, completion);
  try {
    return completePresent(value, position, completion);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    completion.found.push(error);
    return null;
  }
}

function completePresent(value: unknown, { type, path, ...place }: Position, completion: Completion): unknown {
  if (!isListType(type)) return completeObject(value as Data, { ...place, type, path }, completion);
  return (value as unknown[]).map((element, index) =>
    complete(element, { ...place, type: type.ofType, path: [...path, index] }, completion),
  );
}

function completeObject(object: Data, { hasPlaceholder, below, path }: Position, completion: Completion): Data {
  const { prefix, errors } = completion;
  for (const key of hasPlaceholder ? Object.keys(object) : []) {
    if (!key.startsWith(prefix)) continue;
    const error = errors[Number(key.slice(prefix.length))];
    if (error)
      throw new GraphQLError(error.message, { nodes: error.nodes ?? null, path, extensions: error.extensions });
    delete object[key];
  }
  for (const [key, place] of below) {
    if (Object.hasOwn(object, key)) object[key] = complete(object[key], { ...place, path: [...path, key] }, completion);
  }
  return object;
}
