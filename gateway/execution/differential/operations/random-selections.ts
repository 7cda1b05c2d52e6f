import {
  doTypesOverlap,
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
import { type GenerationContext, makeDirectives, type Place } from './generation-context.ts';

// Over @interfaceObject the planner tries every path at each level. A few levels of one type exhaust the memory.
const maxDepth = 5;
const maxSameType = 2;
const typenameType = new GraphQLNonNull(GraphQLString);

/** Generates a selection set, in braces, that merges with all selections generated before for the same response path. */
export function makeSelections(context: GenerationContext, place: Place): string {
  const { random } = context;
  const count = 1 + random.below(place.depth > 4 ? 2 : 4);
  return `{ ${Array.from({ length: count }, () => makeSelection(context, place)).join(' ')} }`;
}

function makeSelection(context: GenerationContext, place: Place): string {
  const { random } = context;
  const { type, depth } = place;
  const likelihood = isUnionType(type) ? 0.85 : isAbstractType(type) ? 0.4 : 0.14;
  if (depth < 7 && context.budget > 0 && random.chance(likelihood)) return makeFragment(context, place);
  if (isUnionType(type) || random.chance(0.08)) return makeTypename(context, place);
  return random.chance(0.12) ? makeRepeatedField(context, place) : makeField(context, place, pickField(context, place));
}

function makeTypename(context: GenerationContext, { type, path }: Place): string {
  const field = '__typename';
  const name = context.names.nameFor(path, { parent: type, field, args: '', type: typenameType });
  return `${aliased(name, field)}${makeDirectives(context)}`;
}

/** Selects a field again, with other selections below it. */
function makeRepeatedField(context: GenerationContext, place: Place): string {
  const chosen = context.names.again(place.path, place.type);
  if (!chosen) return makeTypename(context, place);
  const { name, field, args, type } = chosen;
  return `${aliased(name, field)}${args}${makeDirectives(context)}${makeBelow(context, place, name, type)}`;
}

type Field = GraphQLField<unknown, unknown>;

function makeField(context: GenerationContext, place: Place, field: Field | undefined): string {
  if (!field) return makeTypename(context, place);
  const args = makeArguments(context, field);
  const chosen = { parent: place.type, field: field.name, args, type: field.type };
  const name = context.names.nameFor(place.path, chosen);
  context.budget -= 1;
  return `${aliased(name, field.name)}${args}${makeDirectives(context)}${makeBelow(context, place, name, field.type)}`;
}

function makeBelow(
  context: GenerationContext,
  { path, depth, above }: Place,
  name: string,
  type: Field['type'],
): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const below = { type: named, path: `${path}.${name}`, depth: depth + 1, above: [...above, named] };
  if (context.budget > 0) return ` ${makeSelections(context, below)}`;
  return ` { ${makeField(context, below, pickLeaf(context, named))} }`;
}

function pickField(context: GenerationContext, { type, depth, above }: Place): Field | undefined {
  const { random, budget } = context;
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const composites = fields.filter((field) => {
    const named = getNamedType(field.type);
    return isCompositeType(named) && above.filter((other) => other === named).length < maxSameType;
  });
  const leaf = pickLeaf(context, type);
  const nestsFurther = budget > 2 && depth < maxDepth && random.chance(0.6);
  return composites.length > 0 && (nestsFurther || !leaf) ? random.pick(composites) : leaf;
}

function pickLeaf({ random }: GenerationContext, type: GraphQLCompositeType): Field | undefined {
  const leaves = isUnionType(type) ? [] : Object.values(type.getFields()).filter(isLeaf);
  return leaves.length > 0 ? random.pick(leaves) : undefined;
}

const isLeaf = ({ type }: Field) => !isCompositeType(getNamedType(type));

function makeArguments({ random, variables }: GenerationContext, { args }: Field): string {
  const chosen = args.filter(({ type, defaultValue }) => {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    return isRequired || random.chance(0.5);
  });
  const printed = chosen.map(({ name, type, defaultValue }) => {
    return `${name}: ${variables.valueFor({ type, hasDefault: defaultValue !== undefined })}`;
  });
  return printed.length > 0 ? `(${printed.join(', ')})` : '';
}

const aliased = (name: string, field: string) => (name === field ? field : `${name}: ${field}`);

/** Generates an inline fragment, or a spread of a new or an earlier named fragment. */
function makeFragment(context: GenerationContext, place: Place): string {
  const { random } = context;
  if (random.chance(0.12)) return `...${makeDirectives(context)} ${makeSelections(context, deeper(place))}`;
  if (random.chance(0.35)) return makeSpread(context, place);
  const type = pickType(context, place);
  return `... on ${type}${makeDirectives(context)} ${makeSelections(context, deeper(place, type))}`;
}

function makeSpread(context: GenerationContext, place: Place): string {
  const { random, schema, names, fragments } = context;
  const usable = fragments.filter(({ type }) => doTypesOverlap(schema, type, place.type));
  const earlier = usable.length > 0 && random.chance(0.5) ? random.pick(usable) : undefined;
  if (earlier && names.repeat(earlier.named, { was: earlier.path, is: place.path })) {
    context.used = new Set([...context.used, ...earlier.variables]);
    return `...${earlier.name}${makeDirectives(context)}`;
  }
  const outside = context.used;
  context.used = new Set();
  const type = pickType(context, place);
  const from = names.mark();
  const selections = makeSelections(context, deeper(place, type));
  const name = `${context.fragmentPrefix}${fragments.length}`;
  const text = `fragment ${name} on ${type} ${selections}`;
  const named = { from, to: names.mark() };
  fragments.push({ name, type, text, variables: context.used, path: place.path, named });
  context.used = new Set([...outside, ...context.used]);
  return `...${name}${makeDirectives(context)}`;
}

/** Picks a type condition that some object at the place may satisfy. */
function pickType({ schema, random }: GenerationContext, { type }: Place): Place['type'] {
  const others = Object.values(schema.getTypeMap()).filter(
    (other) => isCompositeType(other) && !other.name.startsWith('__') && doTypesOverlap(schema, other, type),
  ) as Place['type'][];
  const narrower = others.filter((other) => isAbstractType(type) && !isAbstractType(other));
  if (narrower.length > 0 && random.chance(0.6)) return random.pick(narrower);
  return random.pick(others);
}

const deeper = (place: Place, type = place.type): Place => ({ ...place, type, depth: place.depth + 1 });
