import { type FieldNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { isIncluded } from '../execution/conditions.ts';

type Variables = Record<string, unknown>;

/** An operation as a query plan has it for a subgraph. */
interface Operation {
  query?: string | undefined;
  variables?: Variables | undefined;
}

/** The paths, in the subgraph's answer, of each field that the operation asks for at the root, or of an entity. */
export function requestedPaths({ query = '', variables = {} }: Operation): (string | number)[][] {
  const { definitions } = parse(query);
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fields = operation ? fieldsOf(operation.selectionSet, { fragments, variables }) : [];
  const { representations } = variables;
  if (!Array.isArray(representations)) return fields.map((field) => [nameOf(field)]);
  return representations.flatMap(({ __typename: type }: { __typename?: string }, index) =>
    fields
      .flatMap(({ selectionSet }) => (selectionSet ? fieldsOf(selectionSet, { fragments, variables, type }) : []))
      .map((field) => ['_entities', index, nameOf(field)]),
  );
}

interface Surroundings {
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Variables;
  /** Fragments on another type are passed over. */
  type?: string | undefined;
}

function fieldsOf({ selections }: SelectionSetNode, surroundings: Surroundings): FieldNode[] {
  const { fragments, variables, type } = surroundings;
  return selections
    .filter((selection) => isIncluded(selection, variables))
    .flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return nameOf(selection) === '__typename' ? [] : [selection];
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const isOfType = !type || !fragment?.typeCondition || fragment.typeCondition.name.value === type;
      return fragment && isOfType ? fieldsOf(fragment.selectionSet, surroundings) : [];
    });
}

const nameOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;
