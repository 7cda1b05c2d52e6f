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
import { createFakeEntities, type Thing, type World } from './entities.ts';
import type { Identities } from './identities.ts';
import { errorAt, keyLeaf, leafAt } from './values.ts';

/** The indices of lists as long as they may be. */
const lists = [[], [0], [0, 1], [0, 1, 2], [0, 1, 2], [0, 1, 2, 3]];

type Resolver = GraphQLFieldResolver<Thing | undefined, World>;

/**
 * Gives every field of a subgraph's schema a resolver whose answer is decided by the seed, the entity, the field and its
 * arguments: not by when, how often or in which company it is asked for, so that two executors are told the same.
 */
export function addResolvers({ name, schema }: Subgraph, identities: Identities): void {
  const { isKey, isEntity, requiredBy } = identities;
  const entities = createFakeEntities({ name, schema }, identities);

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = ({ __typename }: Thing) => __typename;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_entities') field.resolve = entities.resolve;
      else if (field.name !== '_service') field.resolve = resolverOf(type.name, field.name);
    }
  }

  function resolverOf(type: string, field: string): Resolver {
    const required = requiredBy(name, type, field);
    return (source, args, { seed, mood }, { returnType }) => {
      const given = required.map((input) => canonical(source?.representation[input]));
      const at = [seed, source?.at ?? type, field, canonical(args), ...given].join(' ');
      if (happens(mood.errors, at, name, 'error')) throw errorAt(at);
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
    if (isNonNullType(type)) return present({ type: type.ofType, at, number, field });
    return happens(0.08, at, 'null') ? null : present({ type, at, number, field });
  }

  function present(place: Place): unknown {
    const { type, at } = place;
    if (isListType(type)) {
      const indices = pickBy(lists, at, 'length');
      return indices.map((index) => valueAt({ ...place, type: type.ofType, at: `${at} ${index}` }));
    }
    if (isLeafType(type)) return leaf(type, place);
    return isNonNullType(type) ? valueAt(place) : thing(type, place);
  }

  function leaf(type: GraphQLLeafType, { at, number, field }: Place): unknown {
    const key = number === undefined ? undefined : keyLeaf(type, field, number);
    return key ?? leafAt(type, at);
  }

  function thing(type: GraphQLCompositeType, { at, number }: Place): Thing {
    const typeName = isAbstractType(type) && !isEntity(type.name) ? pickBy(possible(type), at, 'type') : type.name;
    if (!isEntity(typeName)) return { __typename: typeName, at, number, representation: {} };
    return entities.get(typeName, number ?? pickBy(entities.numbersOf(typeName), at, 'number'));
  }

  function possible(type: Parameters<typeof schema.getPossibleTypes>[0]): string[] {
    return schema
      .getPossibleTypes(type)
      .map((member) => member.name)
      .sort();
  }
}
