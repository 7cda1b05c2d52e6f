import { Kind } from 'graphql';
import { nullVariableError } from '../../../platform/graphql/execute-document.ts';
import type { Executor, ValidOperation } from '../../../platform/graphql/prepared-operations.ts';
import { variablesOfConditions } from '../conditions.ts';

/**
 * Answers operations whose `@skip` or `@include` has a variable that is null at run time, which validation allows if the
 * variable has a default: without its conditions, no operation can be executed.
 */
export function rejectNullConditions(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const executable = executor.prepare(operation);
      const nullable = nullableConditions(operation);
      if (nullable.length === 0) return executable;
      const { execute, sizeBytes } = executable;
      return {
        sizeBytes,
        execute: async (request) => {
          const names = nullable.filter((name) => request.variables?.[name] === null);
          return names.length > 0 ? { data: null, errors: [nullVariableError(names)] } : execute(request);
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
