import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLOutputType,
  isListType,
  isNonNullType,
  visit,
} from 'graphql';

/** A field of a response that has placeholders in its objects, or below them. */
export interface Place {
  type: GraphQLOutputType;
  hasPlaceholder: boolean;
  below: Map<string, Place>;
}

export const createPlace = (type: GraphQLOutputType): Place => ({ type, hasPlaceholder: false, below: new Map() });

/** Lengthens a prefix for the response names of placeholders until no name of the document begins with it. */
export function unusedPrefix(document: DocumentNode, start: string): string {
  const names: string[] = [];
  visit(document, { Name: ({ value }) => void names.push(value) });
  let prefix = start;
  while (names.some((name) => name.startsWith(prefix))) prefix += '_';
  return prefix;
}

export type Path = readonly (string | number)[];
type Data = Record<string, unknown>;

/** Replaces the placeholders of an object at a path. Throws a GraphQLError to null the object; reports other errors. */
export type ReplacePlaceholders = (object: Data, at: { path: Path; report: Report }) => Data;

type Report = (error: GraphQLError) => void;

/**
 * Completes a result in which placeholders stand for what an executor did not execute. Changes its objects. An error nulls
 * the next nullable value (GraphQL specification, section 6.4.4).
 */
export function completeResult(result: ExecutionResult, root: Place, replace: ReplacePlaceholders): ExecutionResult {
  const found: GraphQLError[] = [];
  const completion = { replace, report: (error: GraphQLError) => void found.push(error) };
  const data = complete(result.data, { ...root, path: [] }, completion) as typeof result.data;
  const errors = [...(result.errors ?? []), ...found];
  return { ...result, ...(errors.length > 0 && { errors }), ...(data !== undefined && { data }) };
}

interface Completion {
  replace: ReplacePlaceholders;
  report: Report;
}

interface Position extends Place {
  path: Path;
}

function complete(value: unknown, position: Position, completion: Completion): unknown {
  if (value === null || value === undefined) return value;
  const { type } = position;
  if (isNonNullType(type)) return completePresent(value, { ...position, type: type.ofType }, completion);
  try {
    return completePresent(value, position, completion);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    completion.report(error);
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
  const { replace, report } = completion;
  const replaced = hasPlaceholder ? replace(object, { path, report }) : object;
  for (const [key, place] of below) {
    if (!Object.hasOwn(replaced, key)) continue;
    replaced[key] = complete(replaced[key], { ...place, path: [...path, key] }, completion);
  }
  return replaced;
}
