import {
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLNonNull,
  GraphQLString,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { type Making, makeDirectives, type Place } from './generation-context.ts';
import { makeFragment } from './random-fragments.ts';

// Where an interface is an object elsewhere, the planner has several ways to go at each level, and tries them all: a few
// levels of the same type in each other can take all the memory there is.
const maxDepth = 5;
const maxSame = 2;
const typenameType = new GraphQLNonNull(GraphQLString);

/** A random selection set, in braces, that merges with all that was made before for the same place of the answer. */
export function makeSelections(making: Making, place: Place): string {
  const { random } = making;
  const wanted = 1 + random.below(place.depth > 4 ? 2 : 4);
  return `{ ${Array.from({ length: wanted }, () => makeSelection(making, place)).join(' ')} }`;
}

function makeSelection(making: Making, place: Place): string {
  const { random } = making;
  const { type, depth } = place;
  const likelihood = isUnionType(type) ? 0.85 : isAbstractType(type) ? 0.4 : 0.14;
  if (depth < 7 && making.budget > 0 && random.chance(likelihood)) return makeFragment(making, place, makeSelections);
  if (isUnionType(type) || random.chance(0.08)) return makeTypename(making, place);
  return random.chance(0.12) ? makeAgain(making, place) : makeField(making, place, pickField(making, place));
}

function makeTypename(making: Making, { type, path }: Place): string {
  const field = '__typename';
  const name = making.names.nameFor(path, { parent: type, field, args: '', type: typenameType });
  return `${aliased(name, field)}${makeDirectives(making)}`;
}

/** A field that is asked for already, with other selections below it. */
function makeAgain(making: Making, place: Place): string {
  const chosen = making.names.again(place.path, place.type);
  if (!chosen) return makeTypename(making, place);
  const { name, field, args, type } = chosen;
  return `${aliased(name, field)}${args}${makeDirectives(making)}${makeBelow(making, place, name, type)}`;
}

type Field = GraphQLField<unknown, unknown>;

function makeField(making: Making, place: Place, field: Field | undefined): string {
  if (!field) return makeTypename(making, place);
  const args = makeArguments(making, field);
  const chosen = { parent: place.type, field: field.name, args, type: field.type };
  const name = making.names.nameFor(place.path, chosen);
  making.budget -= 1;
  return `${aliased(name, field.name)}${args}${makeDirectives(making)}${makeBelow(making, place, name, field.type)}`;
}

function makeBelow(making: Making, { path, depth, above }: Place, name: string, type: Field['type']): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const below = { type: named, path: `${path}.${name}`, depth: depth + 1, above: [...above, named] };
  if (making.budget > 0) return ` ${makeSelections(making, below)}`;
  return ` { ${makeField(making, below, pickLeaf(making, named))} }`;
}

function pickField(making: Making, { type, depth, above }: Place): Field | undefined {
  const { random, budget } = making;
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const composites = fields.filter((field) => {
    const named = getNamedType(field.type);
    return isCompositeType(named) && above.filter((other) => other === named).length < maxSame;
  });
  const leaf = pickLeaf(making, type);
  const goesOn = budget > 2 && depth < maxDepth && random.chance(0.6);
  return composites.length > 0 && (goesOn || !leaf) ? random.pick(composites) : leaf;
}

function pickLeaf({ random }: Making, type: GraphQLCompositeType): Field | undefined {
  const leaves = isUnionType(type) ? [] : Object.values(type.getFields()).filter(isLeaf);
  return leaves.length > 0 ? random.pick(leaves) : undefined;
}

const isLeaf = ({ type }: Field) => !isCompositeType(getNamedType(type));

function makeArguments({ random, variables }: Making, { args }: Field): string {
  const given = args.filter(({ type, defaultValue }) => {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    return isRequired || random.chance(0.5);
  });
  const texts = given.map(({ name, type, defaultValue }) => {
    return `${name}: ${variables.valueFor({ type, hasDefault: defaultValue !== undefined })}`;
  });
  return texts.length > 0 ? `(${texts.join(', ')})` : '';
}

const aliased = (name: string, field: string) => (name === field ? field : `${name}: ${field}`);
