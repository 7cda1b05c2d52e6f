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

/** Takes away from an operation what it still fails without, so that whoever is to mend it reads less. */
export async function shrink(
  operation: RandomOperation,
  schema: GraphQLSchema,
  fails: (operation: RandomOperation) => Promise<boolean>,
): Promise<RandomOperation> {
  let small = operation;
  let index = 0;
  for (let attempts = 0; attempts < 500; attempts++) {
    const document = without(small.document, index);
    if (!document) return small;
    const smaller = isValid(document, schema) ? asOperation(document, small) : undefined;
    if (smaller && (await fails(smaller))) small = smaller;
    else index += 1;
  }
  return small;
}

function isValid(document: DocumentNode, schema: GraphQLSchema): boolean {
  // Of selection sets without a selection the rules say nothing: they are no GraphQL.
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

/** A document without the node that has an index among those that can go, nor anything that only this node used. */
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

function namesIn(document: DocumentNode, what: 'fragments' | 'variables'): string[] {
  const names: string[] = [];
  visit(document, {
    FragmentSpread: (node) => void (what === 'fragments' && names.push(node.name.value)),
    VariableDefinition: () => false,
    Variable: (node) => void (what === 'variables' && names.push(node.name.value)),
  });
  return names;
}
