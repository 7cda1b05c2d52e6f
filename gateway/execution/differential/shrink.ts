import { type DocumentNode, type GraphQLSchema, Kind, parse, print, validate, visit } from 'graphql';
import type { RandomOperation } from './operations/random-operation.ts';

const removable = new Set<string>([
  Kind.OPERATION_DEFINITION,
  Kind.FRAGMENT_SPREAD,
  Kind.INLINE_FRAGMENT,
  Kind.FIELD,
  Kind.DIRECTIVE,
  Kind.ARGUMENT,
]);

/** Removes parts of an operation for as long as it still fails, so that a report shows a small one. */
export async function shrink(
  operation: RandomOperation,
  schema: GraphQLSchema,
  fails: (operation: RandomOperation) => Promise<boolean>,
): Promise<RandomOperation> {
  let smallest = operation;
  let index = 0;
  for (let attempts = 0; attempts < 500; attempts++) {
    const document = without(smallest.document, index);
    if (!document) return smallest;
    const smaller = isValid(document, schema) ? asOperation(document, smallest) : undefined;
    if (smaller && (await fails(smaller))) smallest = smaller;
    else index += 1;
  }
  return smallest;
}

function isValid(document: DocumentNode, schema: GraphQLSchema): boolean {
  // Validation accepts documents and selection sets that are empty, which the grammar does not allow.
  const sizes = [document.definitions.length];
  visit(document, { SelectionSet: ({ selections }) => void sizes.push(selections.length) });
  return !sizes.includes(0) && validate(schema, document).length === 0;
}

function asOperation(document: DocumentNode, operation: RandomOperation): RandomOperation {
  const source = print(document);
  return {
    ...operation,
    source,
    document: parse(source),
    variables(time) {
      const names = new Set(namesIn(document, 'variables'));
      const values = Object.entries(operation.variables(time) ?? {}).filter(([name]) => names.has(name));
      return values.length > 0 ? Object.fromEntries(values) : undefined;
    },
  };
}

/** Removes the node at `index` among the removable ones, and the definitions that only it used. */
function without(document: DocumentNode, index: number): DocumentNode | undefined {
  let count = 0;
  let isFound = false;
  const smaller = visit(document, {
    enter(node) {
      if (!removable.has(node.kind) || count++ !== index) return undefined;
      isFound = true;
      return null;
    },
  });
  return isFound ? withoutUnused(smaller) : undefined;
}

function withoutUnused(document: DocumentNode): DocumentNode {
  const fragments = namesIn(document, 'fragments');
  const variables = namesIn(document, 'variables');
  const smaller = visit(document, {
    FragmentDefinition: (node) => (fragments.includes(node.name.value) ? undefined : null),
    VariableDefinition: (node) => (variables.includes(node.variable.name.value) ? undefined : null),
  });
  return print(smaller) === print(document) ? document : withoutUnused(smaller);
}

function namesIn(document: DocumentNode, kind: 'fragments' | 'variables'): string[] {
  const names: string[] = [];
  visit(document, {
    FragmentSpread: (node) => void (kind === 'fragments' && names.push(node.name.value)),
    VariableDefinition: () => false,
    Variable: (node) => void (kind === 'variables' && names.push(node.name.value)),
  });
  return names;
}
