import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Record<string, unknown>;

/** An operation as a query plan has it for a subgraph. */
interface Operation {
  query?: string | undefined;
  variables?: Variables | undefined;
}

/** The paths, in the subgraph's answer, of each entity or field at the root that the operation asks for. */
export function pathsAskedFor({ query = '', variables = {} }: Operation): (string | number)[][] {
  const { representations } = variables;
  if (Array.isArray(representations)) return representations.map((_, index) => ['_entities', index]);
  const { definitions } = parse(query);
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operation ? fieldsOf(operation.selectionSet, { fragments, variables }).map((name) => [name]) : [];
}

interface Surroundings {
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Variables;
}

function fieldsOf({ selections }: SelectionSetNode, { fragments, variables }: Surroundings): string[] {
  return selections
    .filter((selection) => isIncluded(selection, variables))
    .flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [(selection.alias ?? selection.name).value];
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      return fragment ? fieldsOf(fragment.selectionSet, { fragments, variables }) : [];
    });
}

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.if !== true && include?.if !== false;
}
