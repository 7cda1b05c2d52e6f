import {
  type GraphQLCompositeType,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLOutputType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { canonical, happens, pickBy } from '../operations/random.ts';
import type { Subgraph } from '../supergraphs/compose.ts';
import { type CaseContext, createFakeEntities, type FakeObject } from './entities.ts';
import type { Identities } from './identities.ts';
import { errorAt, keyLeaf, leafAt } from './values.ts';

/** The indices of the items of lists. */
const listIndices = [[], [0], [0, 1], [0, 1, 2], [0, 1, 2], [0, 1, 2, 3]];

type Resolver = GraphQLFieldResolver<FakeObject | undefined, CaseContext>;

/**
 * Adds resolvers to a subgraph's schema. A value depends on the seed, the entity, the field and its arguments only; not
 * on the time or the other fields of a request. So two executors that group requests differently get the same values.
 */
export function addResolvers({ name, schema }: Pick<Subgraph, 'name' | 'schema'>, identities: Identities): void {
  const { isKey, isEntity, requiredBy } = identities;
  const entities = createFakeEntities({ name, schema }, identities);

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = ({ __typename }: FakeObject) => __typename;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_entities') field.resolve = entities.resolve;
      else if (field.name !== '_service') field.resolve = createResolver(type.name, field.name);
    }
  }

  function createResolver(type: string, field: string): Resolver {
    const required = requiredBy(name, type, field);
    return (source, args, { seed, scenario }, { returnType }) => {
      const requiredValues = required.map((input) => canonical(source?.representation[input]));
      const at = [seed, source?.at ?? type, field, canonical(args), ...requiredValues].join(' ');
      if (happens(scenario.errors, at, name, 'error')) throw errorAt(at);
      const number = isKey(type, field) ? source?.number : undefined;
      return valueAt({ type: returnType, at, number, field });
    };
  }

  interface Place {
    type: GraphQLOutputType;
    at: string;
    number: number | undefined;
    field: string;
  }

  function valueAt({ type, at, number, field }: Place): unknown {
    if (isNonNullType(type)) return nonNullValueAt({ type: type.ofType, at, number, field });
    return happens(0.08, at, 'null') ? null : nonNullValueAt({ type, at, number, field });
  }

  function nonNullValueAt(place: Place): unknown {
    const { type, at } = place;
    if (isListType(type)) {
      const indices = pickBy(listIndices, at, 'length');
      return indices.map((index) => valueAt({ ...place, type: type.ofType, at: `${at} ${index}` }));
    }
    if (isLeafType(type)) return leafValue(type, place);
    return isNonNullType(type) ? valueAt(place) : objectAt(type, place);
  }

  function leafValue(type: GraphQLLeafType, { at, number, field }: Place): unknown {
    const key = number === undefined ? undefined : keyLeaf(type, field, number);
    return key ?? leafAt(type, at);
  }

  function objectAt(type: GraphQLCompositeType, { at, number }: Place): FakeObject {
    const typeName = isAbstractType(type) && !isEntity(type.name) ? pickBy(possibleTypes(type), at, 'type') : type.name;
    if (!isEntity(typeName)) return { __typename: typeName, at, number, representation: {} };
    return entities.get(typeName, number ?? pickBy(entities.numbersOf(typeName), at, 'number'));
  }

  function possibleTypes(type: Parameters<typeof schema.getPossibleTypes>[0]): string[] {
    return schema
      .getPossibleTypes(type)
      .map((member) => member.name)
      .sort();
  }
}
