import { GraphQLError, visit } from 'graphql';
import { withoutTokens } from '../../../platform/graphql/documents/compact-document.ts';
import { variableErrors } from '../../../platform/graphql/documents/variable-errors.ts';
import type { ExecutableOperation, Executor, ValidOperation } from '../../../platform/graphql/prepared-operations.ts';
import type { Data } from '../run.ts';
import { rewrittenOperation } from './rewritten-operation.ts';

/** The name that query plans use for the entities of a fetch. */
const reserved = 'representations';

/** Renames a client's variable whose name query plans use themselves, for the executor and back in its errors. */
export function renameReservedVariables(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const names = variableNames(operation);
      if (!names.has(reserved)) return executor.prepare(operation);
      const fresh = freshName(names);
      return prepareRenamed(operation, { fresh, executor });
    },
  };
}

function variableNames({ operation: { variableDefinitions = [] } }: ValidOperation): Set<string> {
  return new Set(variableDefinitions.map(({ variable }) => variable.name.value));
}

/** A name that no other begins with, so that it can be found in the texts of errors. */
function freshName(taken: ReadonlySet<string>): string {
  let name = `${reserved}_`;
  while ([...taken].some((other) => other.startsWith(name))) name += '_';
  return name;
}

function prepareRenamed(
  { document, operation }: ValidOperation,
  { fresh, executor }: { fresh: string; executor: Executor },
): ExecutableOperation {
  const renamed = visit(document, {
    Variable: (variable) =>
      variable.name.value === reserved ? { ...variable, name: { ...variable.name, value: fresh } } : undefined,
  });
  const { execute, sizeBytes } = executor.prepare(rewrittenOperation(renamed));
  const definitions = withoutTokens(operation.variableDefinitions ?? []);
  return {
    sizeBytes: () => sizeBytes() + definitions.sizeBytes,
    execute: async ({ variables = {}, context }) => {
      // Errors of variables show the client's name, and where it stands in the client's document.
      const invalid = variableErrors({ schema: executor.schema, definitions: definitions.part }, variables);
      if (invalid) return { errors: invalid };
      const { errors, ...result } = await execute({ variables: rename(variables, fresh), context });
      return { ...result, ...(errors && { errors: errors.map((error) => withClientsName(error, fresh)) }) };
    },
  };
}

function rename(variables: Data, fresh: string): Data {
  const { [reserved]: value, ...others } = variables;
  return Object.hasOwn(variables, reserved) ? { ...others, [fresh]: value } : others;
}

function withClientsName(error: GraphQLError, fresh: string): GraphQLError {
  if (!(error instanceof GraphQLError) || !error.message.includes(`$${fresh}`)) return error;
  const { message, path, originalError, extensions } = error;
  const shown = message.replaceAll(`$${fresh}`, `$${reserved}`);
  return new GraphQLError(shown, { ...(path && { path }), originalError, extensions });
}
