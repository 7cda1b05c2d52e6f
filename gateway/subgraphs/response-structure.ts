import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** Throws for data whose structure cannot be the response to an operation, with these representations of entities. */
export type CheckStructure = (data: Record<string, unknown>, representations: unknown) => void;

/**
 * Prepares the check of the responses to one operation. A selected object must be an object, a list or null, and there must
 * be one entity for each representation: executors rely on it, whatever else a subgraph has wrong.
 */
export function createStructureCheck(query: string): CheckStructure {
  const objects = objectsIn(parse(query, { noLocation: true }));
  return (data, representations) => {
    if (Array.isArray(representations)) requireEntities(data._entities, representations.length);
    requireObjects(data, objects);
  };
}

/** The response keys below which a selection has an object or a list of objects, with those of the object. */
type Objects = [key: string, inner: Objects][];

function objectsIn({ definitions }: DocumentNode): Objects {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  return operation ? objectsOf([operation.selectionSet], fragments) : [];
}

function objectsOf(sets: SelectionSetNode[], fragments: ReadonlyMap<string, FragmentDefinitionNode>): Objects {
  const byKey = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (!selection.selectionSet) continue;
        const key = (selection.alias ?? selection.name).value;
        byKey.set(key, [...(byKey.get(key) ?? []), selection.selectionSet]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collect(set);
  return [...byKey].map(([key, inner]) => [key, objectsOf(inner, fragments)]);
}

function requireObjects(value: object, objects: Objects): void {
  if (objects.length === 0) return;
  for (const [key, inner] of objects) requireObject(key, (value as Record<string, unknown>)[key], inner);
}

function requireObject(key: string, value: unknown, inner: Objects): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') throw new Error(`The subgraph returned a ${typeof value} for the object ${key}.`);
  if (!Array.isArray(value)) requireObjects(value, inner);
  else for (const element of value) requireObject(key, element, inner);
}

function requireEntities(entities: unknown, count: number): void {
  if (!Array.isArray(entities)) throw new Error('The subgraph returned no list of entities.');
  if (entities.length !== count)
    throw new Error(`The subgraph returned ${entities.length} entities for ${count} representations.`);
  if (entities.some((entity) => Array.isArray(entity))) throw new Error('The subgraph returned a list for an entity.');
}
