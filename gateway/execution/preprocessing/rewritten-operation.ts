import { type DocumentNode, getOperationAST, type OperationDefinitionNode, print, visit } from 'graphql';
import type { ValidOperation } from '../../../platform/graphql/prepared-operations.ts';

/**
 * Makes an operation of a changed document that holds one operation, without the variables that it no longer uses. It is
 * printed, because executors parse an operation's text again; its nodes keep their places in the client's document.
 */
export function rewrittenOperation(document: DocumentNode): ValidOperation {
  const used = usedVariables(document);
  const withUsedVariables = (operation: OperationDefinitionNode): OperationDefinitionNode => ({
    ...operation,
    variableDefinitions: operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [],
  });
  const changed = visit(document, { OperationDefinition: withUsedVariables });
  const operation = getOperationAST(changed);
  if (!operation) throw new Error('The changed document holds no operation, or several.');
  return { source: print(changed), document: changed, operation, operationName: operation.name?.value };
}

function usedVariables(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void names.add(name.value) });
  return names;
}
