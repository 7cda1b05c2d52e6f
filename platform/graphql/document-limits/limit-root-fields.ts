import {
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

export interface RootFieldLimit {
  /** The operations that are limited: `mutation`, for example. */
  operation: `${OperationTypeNode}`;
  /** The root fields of which one operation may select only one, under one response name. */
  fields: readonly string[];
}

/**
 * Creates a validation rule: an operation selects at most one of the given root fields. Fields are counted by response
 * name, in fragments as well, and whatever `@skip` and `@include` say: a valid document is valid for all variables.
 */
export function limitRootFields(limit: RootFieldLimit): ValidationRule {
  const message = `Send one of ${limit.fields.join(', ')} in each operation: this one has several.`;
  // Named, because some servers cache validation results by the names of rules.
  return function limitRootFieldsRule(context) {
    return {
      OperationDefinition(operation) {
        if (operation.operation !== limit.operation) return;
        const nodes = limitedFieldsOf(operation, { limit, context });
        if (nodes.length > 1) context.reportError(new GraphQLError(message, { nodes }));
      },
    };
  };
}

/** Finds up to two limited fields with different response names. */
function limitedFieldsOf(
  operation: OperationDefinitionNode,
  { limit, context }: { limit: RootFieldLimit; context: ValidationContext },
): FieldNode[] {
  const byName = new Map<string, FieldNode>();
  const visited = new Set<string>();
  // A list instead of recursion: fragments may nest deeper than the stack, or spread themselves.
  const pending: SelectionSetNode[] = [operation.selectionSet];
  for (let set = pending.pop(); set && byName.size < 2; set = pending.pop()) {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) pending.push(...selectionsOf(selection, { context, visited }));
      else if (limit.fields.includes(selection.name.value)) byName.set(responseName(selection), selection);
    }
  }
  return [...byName.values()];
}

const responseName = ({ name, alias }: FieldNode): string => (alias ?? name).value;

/** Returns a fragment's selections, or nothing for one that was visited before. */
function selectionsOf(
  selection: Exclude<SelectionNode, FieldNode>,
  { context, visited }: { context: ValidationContext; visited: Set<string> },
): SelectionSetNode[] {
  if (selection.kind === Kind.INLINE_FRAGMENT) return [selection.selectionSet];
  const name = selection.name.value;
  const fragment = visited.has(name) ? undefined : context.getFragment(name);
  visited.add(name);
  return fragment ? [fragment.selectionSet] : [];
}
