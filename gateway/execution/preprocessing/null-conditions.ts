import { Kind, OperationTypeNode } from 'graphql';
import { nullVariableError } from '../../../platform/graphql/execute-document.ts';
import type { Executor, ValidOperation } from '../../../platform/graphql/prepared-operations.ts';
import { variablesOfConditions } from '../conditions.ts';

/**
 * Answers operations whose `@skip` or `@include` has a variable that is null at run time, which validation allows if the
 * variable has a default. The subgraph that receives the condition answers it; where the query plan has the condition, no
 * executor can go on. A mutation is not tried, so that none of it is executed without its response.
 */
export function rejectNullConditions(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const executable = executor.prepare(operation);
      const nullable = nullableConditions(operation);
      if (nullable.length === 0) return executable;
      const isQuery = operation.operation.operation === OperationTypeNode.QUERY;
      const { execute, sizeBytes } = executable;
      return {
        sizeBytes,
        execute: async (request) => {
          const names = nullable.filter((name) => request.variables?.[name] === null);
          if (names.length === 0) return execute(request);
          const result = isQuery ? await execute(request).catch(() => undefined) : undefined;
          return result?.data ? result : { data: null, errors: [nullVariableError(names)] };
        },
      };
    },
  };
}

/** Names the variables of conditions that may be null. */
function nullableConditions({ document, operation: { variableDefinitions = [] } }: ValidOperation): string[] {
  const names = new Set(variablesOfConditions(document));
  return variableDefinitions
    .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
    .map(({ variable }) => variable.name.value)
    .filter((name) => names.has(name));
}
