import {
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { readOperation } from '../../platform/graphql/documents/operation-document.ts';
import { collectFields, type SelectionContext, typesWithFragments } from '../execution/collect-fields.ts';
import type { SubgraphResponse } from '../execution/run.ts';
import {
  checkEntities,
  checkObject,
  type FindStructure,
  fitsType,
  fitsTypename,
  type Structure,
  type StructureField,
} from './structure-check.ts';

/** Throws for a response that cannot be one to an operation, with these representations of entities. */
export type CheckStructure = (response: SubgraphResponse, representations: unknown) => void;

/**
 * Prepares the check of the responses to one operation: each selected field is there, with a value of its type, and there
 * is one entity for each representation. A response with errors may lack fields, and have null anywhere. The schema is the
 * supergraph's, whose types are never narrower than those of a subgraph.
 */
export function createStructureCheck(query: string, schema: GraphQLSchema): CheckStructure {
  const { operation, fragments } = readOperation(query);
  const context = { schema, fragments };
  const type = schema.getRootType(operation.operation);
  if (!type) throw new Error(`The schema has no ${operation.operation}.`);
  const { selectionSet } = operation;
  const root = structureOf(type, [selectionSet], { ...context, isRoot: true });
  const structures = structuresOfEntities(selectionSet, context);
  return ({ data, errors }, representations) => {
    if (!data) return;
    const isPartial = errors !== undefined && errors.length > 0;
    checkObject(data, root, isPartial);
    if (Array.isArray(representations)) checkEntities(data._entities, { representations, structures, isPartial });
  };
}

function structureOf(
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  { isRoot = false, ...context }: SelectionContext & { isRoot?: boolean },
): Structure {
  const fields: StructureField[] = [];
  for (const { key, name, sets: innerSets } of collectFields(type, sets, context).fields) {
    if (name === '__typename') {
      fields.push({ key, name: '__typename', fits: fitsTypename(type, { isRoot }), inner: undefined });
      continue;
    }
    const field = isUnionType(type) ? undefined : type.getFields()[name];
    // Only subgraphs have some fields, such as `_entities`.
    if (!field) continue;
    const inner = innerStructure(getNamedType(field.type), innerSets, context);
    // The schema's string for a name, which is there anyway.
    const ownKey = key === name ? field.name : key;
    fields.push({ key: ownKey, name: field.name, fits: fitsType(field.type), inner });
  }
  return { type, fields };
}

function innerStructure(
  type: ReturnType<typeof getNamedType>,
  sets: readonly SelectionSetNode[],
  context: SelectionContext,
): StructureField['inner'] {
  if (!isCompositeType(type)) return undefined;
  return isAbstractType(type) ? findStructureIn(type, sets, context) : structureOf(type, sets, context);
}

/** Prepares the structure of each possible type for the first object of it. */
function findStructureIn(
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
  context: SelectionContext,
): FindStructure {
  const types = new Map<unknown, GraphQLCompositeType>(
    context.schema.getPossibleTypes(type).map((object) => [object.name, object]),
  );
  // A subgraph may have an object type of this name, by `@interfaceObject`.
  types.set(type.name, type).set(undefined, type);
  const structures = new Map<GraphQLCompositeType, Structure>();
  return ({ __typename }) => {
    const objectType = types.get(__typename);
    if (!objectType) return undefined;
    const structure = structures.get(objectType) ?? structureOf(objectType, sets, context);
    structures.set(objectType, structure);
    return structure;
  };
}

/** Prepares the structures of the types that `_entities` has fragments on, by their names. */
function structuresOfEntities(
  { selections }: SelectionSetNode,
  context: SelectionContext,
): ReadonlyMap<unknown, Structure> {
  const sets: SelectionSetNode[] = [];
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD || selection.name.value !== '_entities' || !selection.selectionSet) continue;
    sets.push(selection.selectionSet);
  }
  const types = sets.flatMap((set) => typesWithFragments(set, context));
  return new Map([...new Set(types)].map((type) => [type.name, structureOf(type, sets, context)]));
}
