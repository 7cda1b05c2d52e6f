import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  separateOperations,
} from 'graphql';
import { withoutTokens } from '../../../platform/graphql/documents/compact-document.ts';
import { executeDocument } from '../../../platform/graphql/documents/execute-document.ts';
import { type Fragments, fragmentsOf } from '../../../platform/graphql/documents/operation-document.ts';
import type { ExecutableOperation, Executor, ValidOperation } from '../../../platform/graphql/prepared-operations.ts';
import { isIntrospection } from '../response-names.ts';
import type { Data } from '../run.ts';
import { rewrittenOperation } from './rewritten-operation.ts';

/**
 * Lets graphql-js answer `__schema` and `__type`, which it validates and advertises: Apollo's planner has an introspection
 * of its own, which lacks newer fields. The executor receives the rest of such an operation, and every other operation.
 */
export function answerIntrospection(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const introspection = selectFields(operation, isIntrospection);
      if (!introspection) return executor.prepare(operation);
      const rest = selectFields(operation, (field) => !isIntrospection(field));
      const answering = prepareIntrospection(executor.schema, introspection);
      if (!rest) return answering;
      const keys = responseKeys(operation);
      return executeBoth({ introspection: answering, rest: executor.prepare(rewrittenOperation(rest)), keys });
    },
  };
}

function prepareIntrospection(schema: GraphQLSchema, selected: DocumentNode): ExecutableOperation {
  const { part: document, sizeBytes } = withoutTokens(selected);
  return {
    execute: ({ variables }) => executeDocument({ schema, document, variableValues: variables }),
    sizeBytes: () => baseBytes + sizeBytes,
  };
}

/** Measured: the functions of one operation. */
const baseBytes = 1_000;

interface BothParts {
  introspection: ExecutableOperation;
  rest: ExecutableOperation;
  /** Response keys in the order of the document. */
  keys: readonly string[];
}

function executeBoth({ introspection, rest, keys }: BothParts): ExecutableOperation {
  return {
    execute: async (request) => {
      const schemaResult = await introspection.execute(request);
      // Invalid variables, which concern both parts.
      if (!schemaResult.data) return schemaResult;
      return merge([schemaResult, await rest.execute(request)], keys);
    },
    sizeBytes: () => introspection.sizeBytes() + rest.sizeBytes(),
  };
}

function merge(results: [ExecutionResult, ExecutionResult], keys: readonly string[]): ExecutionResult {
  const errors = results.flatMap((result) => result.errors ?? []);
  const extensions = results[1].extensions;
  const rest = { ...(errors.length > 0 && { errors }), ...(extensions && { extensions }) };
  const { data } = results[1];
  if (!data) return { ...rest, ...(data === null && { data }) };
  const merged = Object.create(null) as Data;
  for (const key of keys) {
    const part = results.find((result) => Object.hasOwn(result.data ?? {}, key));
    if (part) merged[key] = part.data?.[key];
  }
  return { ...rest, data: merged };
}

/** Reduces a query to some of its root fields. Returns undefined if it has none of them. */
function selectFields({ document, operation }: ValidOperation, isSelected: IsSelected): DocumentNode | undefined {
  if (operation.operation !== OperationTypeNode.QUERY) return undefined;
  const selectionSet = selectIn(operation.selectionSet, { fragments: fragmentsOf(document), isSelected });
  if (!selectionSet) return undefined;
  const others = document.definitions.filter((definition) => definition !== operation);
  const name = operation.name?.value ?? '';
  return separateOperations({ kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }, ...others] })[name];
}

type IsSelected = (field: FieldNode) => boolean;

/** Fragments are written out where they are spread, so that each place has its own part of them. */
function selectIn(
  { kind, selections }: SelectionSetNode,
  context: { fragments: Fragments; isSelected: IsSelected },
): SelectionSetNode | undefined {
  const selected = selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return context.isSelected(selection) ? [selection] : [];
    const fragment = inlined(selection, context.fragments);
    const selectionSet = selectIn(fragment.selectionSet, context);
    return selectionSet ? [{ ...fragment, selectionSet }] : [];
  });
  return selected.length > 0 ? { kind, selections: selected } : undefined;
}

function inlined(selection: Exclude<SelectionNode, FieldNode>, fragments: Fragments): InlineFragmentNode {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const fragment = fragments[selection.name.value];
  if (!fragment) throw new GraphQLError(`The document holds no fragment ${selection.name.value}.`);
  const { typeCondition, selectionSet } = fragment;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: selection.directives ?? [], selectionSet };
}

function responseKeys(operation: ValidOperation): string[] {
  const keys = new Set<string>();
  const add = ({ alias, name }: FieldNode) => {
    keys.add((alias ?? name).value);
    return false;
  };
  selectFields(operation, add);
  return [...keys];
}
