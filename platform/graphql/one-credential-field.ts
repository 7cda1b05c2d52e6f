import {
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Each of them hashes a password, and is one guess at it. */
const credentialFields: readonly string[] = ['register', 'login', 'changePassword', 'deleteAccount'];

const message = `Send one of ${credentialFields.join(', ')} in each operation: this one has several.`;

/**
 * A validation rule: at most one field that takes a password among the root fields of a mutation, so that one request is
 * one guess. Fields are counted by response name, within fragments too, and whatever `@skip` and `@include` say: a text
 * that was found valid is valid for all variables.
 */
export const oneCredentialField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    const nodes = differentlyNamed(operation, context);
    if (nodes.length > 1) context.reportError(new GraphQLError(message, { nodes }));
  },
});

/** Credential fields with different response names: two, or as many as there are. */
function differentlyNamed(operation: OperationDefinitionNode, context: ValidationContext): FieldNode[] {
  const found = new Map<string, FieldNode>();
  const spread = new Set<string>();
  // A list instead of recursion: fragments may spread fragments without end, or in circles.
  const waiting: SelectionSetNode[] = [operation.selectionSet];
  for (let set = waiting.pop(); set && found.size < 2; set = waiting.pop()) {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) waiting.push(...insideOf(selection, { context, spread }));
      else if (credentialFields.includes(selection.name.value)) found.set(responseName(selection), selection);
    }
  }
  return [...found.values()];
}

const responseName = ({ name, alias }: FieldNode): string => (alias ?? name).value;

/** A fragment has something inside where it is spread for the first time. */
function insideOf(
  selection: Exclude<SelectionNode, FieldNode>,
  { context, spread }: { context: ValidationContext; spread: Set<string> },
): SelectionSetNode[] {
  if (selection.kind === Kind.INLINE_FRAGMENT) return [selection.selectionSet];
  const name = selection.name.value;
  const fragment = spread.has(name) ? undefined : context.getFragment(name);
  spread.add(name);
  return fragment ? [fragment.selectionSet] : [];
}
