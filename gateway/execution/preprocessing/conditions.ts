import { GraphQLError, Kind, OperationTypeNode, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { withoutTokens } from '../../../platform/graphql/documents/compact-document.ts';
import { parseOperationDocument, variableDefaults } from '../../../platform/graphql/documents/operation-document.ts';
import { variableErrors } from '../../../platform/graphql/documents/variable-errors.ts';
import type { ExecutableOperation, Executor, ValidOperation } from '../../../platform/graphql/prepared-operations.ts';
import { collectOperation } from './collected-operation.ts';
import { withoutPlaceholders } from './placeholders.ts';
import { rewrittenOperation } from './rewritten-operation.ts';

/** Prepared versions of one operation. Clients do not use more settings of one document's conditions. */
const maxVariants = 16;

/** Measured: the functions and the cache of variants of one operation. */
const baseBytes = 6_000;

/**
 * Evaluates `@skip` and `@include` before an operation is planned, once for each setting of their variables. Apollo's
 * planner loses some conditions, and does not keep the order of a mutation's fields where it has fragments or repeats one.
 */
export function resolveConditions(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const names = variablesOfConditions(operation);
      return names || mayReorder(operation)
        ? prepareVariants(operation, { names: names ?? [], executor })
        : executor.prepare(operation);
    },
  };
}

/** Names the variables that conditions use. Returns undefined for an operation without conditions. */
function variablesOfConditions({ document }: ValidOperation): string[] | undefined {
  const names = new Set<string>();
  let isFound = false;
  visit(document, {
    Directive: ({ name, arguments: args = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      isFound = true;
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return isFound ? [...names] : undefined;
}

/** Tells mutations whose root fields are not in the order in which they are executed, or may not be. */
function mayReorder({ operation: { operation, selectionSet } }: ValidOperation): boolean {
  if (operation !== OperationTypeNode.MUTATION) return false;
  const keys = selectionSet.selections.map((node) => node.kind === Kind.FIELD && (node.alias ?? node.name).value);
  return keys.includes(false) || new Set(keys).size < keys.length;
}

function prepareVariants(
  { source, operation, operationName }: ValidOperation,
  { names, executor }: { names: readonly string[]; executor: Executor },
): ExecutableOperation {
  const { schema } = executor;
  const { part: definitions, sizeBytes } = withoutTokens(operation.variableDefinitions ?? []);
  const defaults = variableDefaults(operation);
  const variants = new LRUCache<string, ExecutableOperation>({ max: maxVariants });

  const prepareVariant = (values: Record<string, unknown>): ExecutableOperation => {
    const collected = collect({ source, operationName }, { schema, values });
    if (collected instanceof GraphQLError) return failing(collected);
    return withoutPlaceholders(executor.prepare(rewrittenOperation(collected.document)), collected.placeholders);
  };

  return {
    execute: async (request) => {
      const { variables = {} } = request;
      // Errors of variables show where they stand in the client's document, also of those that only conditions use.
      const errors = variableErrors({ schema, definitions }, variables);
      if (errors) return { errors };
      const given = { ...defaults, ...variables };
      const values = Object.fromEntries(names.map((name) => [name, given[name]]));
      const key = JSON.stringify(values);
      const variant = variants.get(key) ?? prepareVariant(values);
      variants.set(key, variant);
      return variant.execute(request);
    },
    sizeBytes: () => {
      let bytes = baseBytes + 2 * source.length + sizeBytes;
      for (const variant of variants.values()) bytes += variant.sizeBytes();
      return bytes;
    },
  };
}

function collect(
  selected: Parameters<typeof parseOperationDocument>[0],
  settings: Parameters<typeof collectOperation>[1],
): ReturnType<typeof collectOperation> | GraphQLError {
  try {
    return collectOperation(parseOperationDocument(selected), settings);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** Measured for an error with a location. */
const errorBytes = 3_000;

function failing(error: GraphQLError): ExecutableOperation {
  return { execute: async () => ({ data: null, errors: [error] }), sizeBytes: () => errorBytes };
}
