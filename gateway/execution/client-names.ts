import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../../platform/graphql/documents/operation-document.ts';
import type { ClientNames } from './renamed-operation.ts';
import type { Result } from './run.ts';

/** Gives errors the client's names in their paths. */
export function withClientPaths(errors: readonly unknown[], clientNames: ClientNames): unknown[] {
  if (clientNames.size === 0) return [...errors];
  return errors.map((error) => {
    if (!(error instanceof GraphQLError) || !error.path) return error;
    const { message, originalError, extensions } = error;
    const path = error.path.map((key) => clientNames.get(String(key)) ?? key);
    return new GraphQLError(message, { ...(originalError && { originalError }), extensions, path });
  });
}

/** Gives a result that Apollo's functions shaped from a renamed operation the client's names. */
export function withClientNames(
  result: Result,
  {
    document,
    operationName,
    clientNames,
  }: { document: DocumentNode; operationName: string | undefined; clientNames: ClientNames },
): Result {
  if (clientNames.size === 0) return result;
  const { data, errors, extensions, ...rest } = result;
  const unfit = extensions?.valueCompletion;
  const operation = getOperationAST(document, operationName);
  const sets = operation ? [operation.selectionSet] : [];
  const fragments = fragmentsOf(document);
  return {
    ...rest,
    ...(data !== undefined && { data: renameIn(sets, { fragments, clientNames })(data) as typeof data }),
    ...(errors && { errors: withClientPaths(errors, clientNames) as GraphQLError[] }),
    ...(extensions && {
      extensions: {
        ...extensions,
        ...(Array.isArray(unfit) && { valueCompletion: withClientPaths(unfit, clientNames) }),
      },
    }),
  };
}

interface RenameContext {
  fragments: Fragments;
  clientNames: ClientNames;
}

/** Renames the keys of what was selected by `sets`, whatever its type: fields of one name are all leaves, or all objects. */
function renameIn(sets: readonly SelectionSetNode[], context: RenameContext): (value: unknown) => unknown {
  if (sets.length === 0) return (leaf) => leaf;
  const below = new Map<string, (value: unknown) => unknown>();
  const selected = selectionSetsIn(sets, context.fragments);
  const renameField = (key: string, value: unknown) => {
    const rename = below.get(key) ?? renameIn(selected.get(key) ?? [], context);
    below.set(key, rename);
    return rename(value);
  };
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    // Without a prototype, `__proto__` is a key as any other.
    const renamed = Object.create(null) as Record<string, unknown>;
    for (const [key, field] of Object.entries(value))
      renamed[context.clientNames.get(key) ?? key] = renameField(key, field);
    return renamed;
  };
  return rename;
}

/** Lists the selection sets of each field, by response name. */
function selectionSetsIn(sets: readonly SelectionSetNode[], fragments: Fragments): Map<string, SelectionSetNode[]> {
  const byKey = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const add = (selection: SelectionNode): void => {
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      if (selection.selectionSet) byKey.set(key, [...(byKey.get(key) ?? []), selection.selectionSet]);
      return;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      selection.selectionSet.selections.forEach(add);
      return;
    }
    if (visited.has(selection.name.value)) return;
    visited.add(selection.name.value);
    fragments[selection.name.value]?.selectionSet.selections.forEach(add);
  };
  for (const { selections } of sets) selections.forEach(add);
  return byKey;
}
