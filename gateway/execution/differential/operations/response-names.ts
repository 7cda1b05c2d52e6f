import { type GraphQLOutputType, getNamedType, isCompositeType, isObjectType } from 'graphql';
import type { Random } from './random.ts';

/** A field at its place in the answer, before it has a name there. */
export interface Chosen {
  parent: object;
  field: string;
  args: string;
  type: GraphQLOutputType;
}

/** Which names are taken at which place of an answer, so that what is chosen later merges with what is there. */
export interface ResponseNames {
  /** A name for a field at a path: its own, another field's, an odd one, or a new one where none of them would merge. */
  nameFor(path: string, chosen: Chosen): string;
  /** A field that is there already, of the type at hand, to be asked for again. */
  again(path: string, parent: object): (Chosen & { name: string }) | undefined;
  /** How much was named so far. */
  mark(): number;
  /** Whether what was named between two marks below one path may be named below another as well; if so, it is. */
  repeat(range: { from: number; to: number }, path: { was: string; is: string }): boolean;
}

const aliases = ['a', 'b', 'length', 'data', '_entities', 'then', 'representations'];
const oddAliases = ['constructor', 'toString', '__proto__', 'hasOwnProperty', '__typename', 'prototype'];

/** No names. */
export function createResponseNames(random: Random, fieldNames: readonly string[]): ResponseNames {
  const log: (Chosen & { path: string; name: string })[] = [];
  const at = new Map<string, (Chosen & { name: string })[]>();
  const isOdd = random.chance(0.08);

  const merges = (path: string, name: string, chosen: Chosen) =>
    (at.get(path) ?? []).every((other) => other.name !== name || areOne(other, chosen) || areApart(other, chosen));

  function take(path: string, name: string, chosen: Chosen): string {
    const named = { ...chosen, name };
    log.push({ ...named, path });
    at.set(path, [...(at.get(path) ?? []), named]);
    return name;
  }

  function wish(field: string): string {
    if (random.chance(0.78)) return field;
    if (isOdd && random.chance(0.3)) return random.pick(oddAliases);
    // The name of another field: where it is one of a key, planners have been seen to stumble.
    if (random.chance(0.15)) return random.pick(fieldNames);
    return random.pick([...aliases, `${field}Too`, `${field}Too`]);
  }

  return {
    nameFor(path, chosen) {
      const name = wish(chosen.field);
      if (merges(path, name, chosen)) return take(path, name, chosen);
      return take(path, `${chosen.field}${log.length}`, chosen);
    },
    again(path, parent) {
      const same = (at.get(path) ?? []).filter((other) => other.parent === parent);
      return same.length > 0 ? random.pick(same) : undefined;
    },
    mark: () => log.length,
    repeat({ from, to }, { was, is }) {
      const moved = log.slice(from, to).map((one) => ({ ...one, path: is + one.path.slice(was.length) }));
      if (!moved.every(({ path, name, ...chosen }) => merges(path, name, chosen))) return false;
      for (const { path, name, ...chosen } of moved) take(path, name, chosen);
      return true;
    },
  };
}

/** They ask for the same, of the same shape. */
const areOne = (one: Chosen, other: Chosen) =>
  one.field === other.field && one.args === other.args && shapeOf(one.type) === shapeOf(other.type);

/** No object has both; then the two need be of the same shape only. */
const areApart = (one: Chosen, other: Chosen) =>
  isObjectType(one.parent) &&
  isObjectType(other.parent) &&
  one.parent !== other.parent &&
  shapeOf(one.type) === shapeOf(other.type);

function shapeOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  return isCompositeType(named) ? String(type).replace(named.name, '{}') : String(type);
}
