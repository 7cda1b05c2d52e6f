import { isInterfaceType } from 'graphql';
import { canonical, happens, hashOf } from '../operations/random.ts';
import type { Scenario } from '../scenarios.ts';
import type { Subgraph } from '../supergraphs/compose.ts';
import { entityCount, type Identities } from './identities.ts';
import { errorAt } from './values.ts';

/** The case that resolvers run in. Together with the place of a value it determines every response. */
export interface CaseContext {
  seed: string;
  scenario: Scenario;
}

/** An object of any type. Its fields' values are hashes of its place `at`. */
export interface FakeObject {
  __typename: string;
  at: string;
  /** The entity's number; undefined for an object that is neither an entity nor part of a key. */
  number: number | undefined;
  /** The representation that the gateway sent (Federation's `_Any`); empty if none was. */
  representation: Record<string, unknown>;
}

/** The entities of one subgraph. */
export interface FakeEntities {
  /** Returns an entity by its number; for an interface, of a type that implements it. */
  get(type: string, number: number): FakeObject;
  /** Lists the numbers of the entities of a type. */
  numbersOf(type: string): number[];
  /** The resolver of `_entities`. */
  resolve(root: unknown, args: Record<string, unknown>, caseContext: CaseContext): unknown;
}

/** Creates entities that have the same numbers in every subgraph. */
export function createFakeEntities(subgraph: Pick<Subgraph, 'name' | 'schema'>, identities: Identities): FakeEntities {
  const { name, schema } = subgraph;
  const { isKey, isEntity, familyOf, memberOf } = identities;

  function get(type: string, number: number, representation = {}): FakeObject {
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
    resolve: (_, { representations }, { seed, scenario }) => {
      if (!Array.isArray(representations)) throw new Error('_entities was called without representations.');
      return representations.map((representation: Record<string, unknown>) => {
        const at = [seed, name, canonical(representation)].join(' ');
        if (happens(scenario.gone, at, 'gone')) return null;
        if (happens(scenario.errors, at, 'entity')) return errorAt(at);
        const type = String(representation.__typename);
        if (!isEntity(type) || !schema.getType(type)) return new Error(`${type} is no entity.`);
        return get(type, numberIn(type, representation), representation);
      });
    },
  };
}
