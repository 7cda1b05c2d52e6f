import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Random } from './random.ts';

/** A field that has no response name yet. */
export interface Chosen {
  parent: GraphQLCompositeType;
  field: string;
  args: string;
  type: GraphQLOutputType;
}

/** The response names taken at each path, so that later fields merge with earlier ones (specification, section 5.3.2). */
export interface ResponseNames {
  /** Chooses a name for a field: its own, another field's, an alias, or a unique one if that name would not merge. */
  nameFor(path: string, chosen: Chosen): string;
  /** Picks an earlier field of the same parent type at the path, to select it again. */
  again(path: string, parent: GraphQLCompositeType): (Chosen & { name: string }) | undefined;
  /** Returns the number of names taken so far. */
  mark(): number;
  /** Takes the names between two marks again below another path. Returns false, and takes none, if any does not merge. */
  repeat(range: { from: number; to: number }, path: { was: string; is: string }): boolean;
}

const aliases = ['a', 'b', 'size', 'data', '_entities', 'then', 'representations'];
const prototypeAliases = ['constructor', 'toString', '__proto__', 'hasOwnProperty', '__typename', 'prototype'];

/** Creates an empty set of names. */
export function createResponseNames(random: Random, fieldNames: readonly string[]): ResponseNames {
  const log: (Chosen & { path: string; name: string })[] = [];
  const at = new Map<string, (Chosen & { name: string })[]>();
  const usesPrototypeNames = random.chance(0.08);

  const merges = (path: string, name: string, chosen: Chosen) =>
    (at.get(path) ?? []).every((other) => other.name !== name || areSame(other, chosen) || areExclusive(other, chosen));

  function take(path: string, name: string, chosen: Chosen): string {
    const named = { ...chosen, name };
    log.push({ ...named, path });
    at.set(path, [...(at.get(path) ?? []), named]);
    return name;
  }

  function candidateName({ field, parent }: Chosen): string {
    if (random.chance(0.78)) return field;
    if (usesPrototypeNames && random.chance(0.3)) return random.pick(prototypeAliases);
    // A plan fetches keys under their own names: aliases collide with those of the same object.
    const siblings = isUnionType(parent) ? [] : Object.keys(parent.getFields());
    if (siblings.length > 0 && random.chance(0.15)) return random.pick(siblings);
    if (random.chance(0.1)) return random.pick(fieldNames);
    if (random.chance(0.05)) return random.pick(['__typename', '__schema', `__${field}`]);
    return random.pick([...aliases, `${field}Too`, `${field}Too`]);
  }

  return {
    nameFor(path, chosen) {
      const name = candidateName(chosen);
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

/** Both select the same field with the same arguments and shape. */
const areSame = (one: Chosen, other: Chosen) =>
  one.field === other.field && one.args === other.args && shapeOf(one.type) === shapeOf(other.type);

/** No object has both parent types, so that only the shapes must agree. */
const areExclusive = (one: Chosen, other: Chosen) =>
  isObjectType(one.parent) &&
  isObjectType(other.parent) &&
  one.parent !== other.parent &&
  shapeOf(one.type) === shapeOf(other.type);

function shapeOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  return isCompositeType(named) ? String(type).replace(named.name, '{}') : String(type);
}

/** Lists the names of all fields of a schema. */
export function fieldNamesOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  const own = types.filter(({ name }) => !name.startsWith('__'));
  return [...new Set(own.flatMap((type) => Object.keys(type.getFields())))];
}
