import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import type { ValidOperation } from '../../../platform/graphql/prepared-operations.ts';

/**
 * Makes an operation of a changed document that holds one operation, without the variables that it no longer uses. It is
 * printed, because executors parse an operation's text again.
 */
export function rewrittenOperation(document: DocumentNode): ValidOperation {
  const used = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  const withUsedVariables = (operation: OperationDefinitionNode): OperationDefinitionNode => ({
    ...operation,
    variableDefinitions: operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [],
  });
  const source = print(visit(document, { OperationDefinition: withUsedVariables }));
  const parsed = parse(source);
  const operation = getOperationAST(parsed);
  if (!operation) throw new Error('The changed document holds no operation, or several.');
  return { source, document: parsed, operation, operationName: operation.name?.value };
}
