import {
  buildSchema,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { leafAt } from '../../../gateway/execution/differential/fakes/values.ts';
import { canonical, happens, hashOf, pickBy } from '../../../gateway/execution/differential/operations/random.ts';
import { resolveByTypename } from '../jit-support.ts';
import { richSdl } from './rich-sdl.ts';
import { errorAt, later, type Scenario, wrongs } from './scenarios.ts';

interface Place {
  at: string;
  /**
   * Below a list all values are synchronous or all are late: after an item fails, graphql-js does not await the others,
   * whose rejections would then be unhandled.
   */
  pace: 'now' | 'late' | undefined;
}

interface Thing extends Place {
  __typename: string;
}

/**
 * Creates a schema with every feature. Its values depend only on their path and arguments, so that two executors get the
 * same unless they call resolvers with other arguments.
 */
export function createRichSchema(scenario: Scenario): GraphQLSchema {
  const schema = buildSchema(richSdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type)) type.resolveType = resolveByTypename;
    if (isEnumType(type)) for (const value of type.getValues()) value.value = `${value.name} inside`;
    if (!isObjectType(type) || type.name === 'Plain') continue;
    for (const field of Object.values(type.getFields())) field.resolve = resolverOf(type.name, field.name);
  }
  return schema;

  function resolverOf(type: string, field: string): GraphQLFieldResolver<Thing | undefined, unknown> {
    return (source, args, _, { returnType }) => {
      const at = `${source?.at ?? type} ${field} ${canonical(args)}`;
      return delivered(returnType, { at, pace: source?.pace });
    };
  }

  /** Returns, promises or throws a value or an error. */
  function delivered(type: GraphQLOutputType, { at, pace }: Place): unknown {
    const isLate = pace ? pace === 'late' : happens(scenario.late, at, 'late');
    if (!happens(scenario.errors, at, 'error')) {
      const value = valueAt(type, { at, pace });
      return isLate ? later(value, at) : value;
    }
    const error = errorAt(at);
    if (happens(0.3, at, 'returned')) return isLate ? later(error, at) : error;
    if (isLate) return later(undefined, at).then(() => Promise.reject(error));
    throw error;
  }

  function valueAt(type: GraphQLOutputType, place: Place): unknown {
    const { at } = place;
    const isOptional = !isNonNullType(type);
    if (happens(isOptional ? Math.max(0.08, scenario.nulls) : scenario.nulls, at, 'null'))
      return pickBy([null, undefined], at);
    if (happens(scenario.wrong, at, 'wrong')) return pickBy(wrongs, at, 'which');
    return present(isNonNullType(type) ? type.ofType : type, place);
  }

  function present(type: GraphQLOutputType, { at, pace }: Place): unknown {
    if (isListType(type)) {
      const ofItems = pace ?? (happens(scenario.late, at, 'items') ? 'late' : 'now');
      const items = Array.from({ length: hashOf(at) % 4 }, (_, index) =>
        itemAt(type.ofType, { at: `${at} ${index}`, pace: ofItems }),
      );
      return happens(0.1, at, 'set') ? new Set(items) : items;
    }
    if (isEnumType(type)) return pickBy(type.getValues(), at).value;
    if (isLeafType(type)) return leafAt(type, at);
    if (isNonNullType(type)) return valueAt(type, { at, pace });
    const name = isAbstractType(type) ? pickBy(schema.getPossibleTypes(type), at, 'type').name : type.name;
    return name === 'Plain' ? plainAt(at, 0) : { __typename: name, at, pace };
  }

  function itemAt(type: GraphQLOutputType, { at, pace }: Place): unknown {
    const error = happens(scenario.errors, at, 'error') ? errorAt(at) : undefined;
    if (pace !== 'late') return error ?? valueAt(type, { at, pace });
    const item = later(error ?? valueAt(type, { at, pace }), at);
    if (!error || happens(0.5, at, 'returned')) return item;
    const failing = item.then(() => Promise.reject(error));
    // The list that it is in may come later still.
    failing.catch(() => {});
    return failing;
  }

  function plainAt(at: string, depth: number): unknown {
    const plain = schema.getType('Plain');
    if (!isObjectType(plain)) throw new Error('The schema has no type Plain.');
    const fields = Object.values(plain.getFields()).filter(({ name }) => depth < 3 || !name.startsWith('deep'));
    return Object.fromEntries(
      fields.map(({ name, type }) => {
        const below = `${at} ${name}`;
        if (happens(scenario.errors, below, 'error')) return [name, errorAt(below)];
        if (!name.startsWith('deep')) return [name, valueAt(type, { at: below, pace: 'now' })];
        return [name, name === 'deep' ? plainAt(below, depth + 1) : [plainAt(below, depth + 1), null]];
      }),
    );
  }
}
