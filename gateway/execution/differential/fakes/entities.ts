import { isInterfaceType } from 'graphql';
import { canonical, happens, hashOf } from '../operations/random.ts';
import type { Mood } from '../scenarios.ts';
import type { Subgraph } from '../supergraphs/compose.ts';
import { entityCount, type Identities } from './identities.ts';
import { errorAt } from './values.ts';

/** What resolvers know of the case that they answer in. */
export interface World {
  seed: string;
  mood: Mood;
}

/** An object of any type: where it stands in the world is all that its fields are made of. */
export interface Thing {
  __typename: string;
  at: string;
  number: number | undefined;
  /** What another subgraph says of it. */
  representation: Record<string, unknown>;
}

/** The entities of a subgraph. */
export interface FakeEntities {
  /** The one of a type, or of any type that implements it, with a number. */
  get(type: string, number: number): Thing;
  /** The numbers that entities of a type have. */
  numbersOf(type: string): number[];
  /** The resolver of `_entities`. */
  resolve(root: unknown, args: Record<string, unknown>, world: World): unknown;
}

/** Makes entities that every subgraph knows by the same numbers. */
export function createFakeEntities(subgraph: Pick<Subgraph, 'name' | 'schema'>, identities: Identities): FakeEntities {
  const { name, schema } = subgraph;
  const { isKey, isEntity, familyOf, memberOf } = identities;

  function get(type: string, number: number, representation = {}): Thing {
    const family = familyOf(type);
    const typeName = isInterfaceType(schema.getType(type)) ? memberOf(family, number) : type;
    return { __typename: typeName, at: `${family} ${number}`, number, representation };
  }

  function numberIn(type: string, representation: Record<string, unknown>): number {
    const keys = Object.keys(representation).filter((field) => isKey(type, field));
    const digits = keys.sort().flatMap((field) => JSON.stringify(representation[field]).match(/\d{1,3}/) ?? []);
    return digits[0] === undefined ? hashOf(canonical(representation)) % entityCount : Number(digits[0]);
  }

  return {
    get,
    numbersOf: (type) => {
      const all = Array.from({ length: entityCount }, (_, number) => number);
      const own = all.filter((number) => memberOf(familyOf(type), number) === type);
      return own.length > 0 ? own : all;
    },
    resolve: (_, { representations }, { seed, mood }) => {
      if (!Array.isArray(representations)) throw new Error('There are no representations.');
      return representations.map((representation: Record<string, unknown>) => {
        const at = [seed, name, canonical(representation)].join(' ');
        if (happens(mood.gone, at, 'gone')) return null;
        if (happens(mood.errors, at, 'entity')) return errorAt(at);
        const type = String(representation.__typename);
        if (!isEntity(type) || !schema.getType(type)) return new Error(`There are no entities of the type ${type}.`);
        return get(type, numberIn(type, representation), representation);
      });
    },
  };
}
