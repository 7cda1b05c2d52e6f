import { doTypesOverlap, isAbstractType, isCompositeType } from 'graphql';
import { type Making, makeDirectives, type Place } from './generation-context.ts';

type MakeSelections = (making: Making, place: Place) => string;

/** A random fragment: inline, with or without a condition on the type, or a spread of one that may have been spread before. */
export function makeFragment(making: Making, place: Place, makeSelections: MakeSelections): string {
  const { random } = making;
  if (random.chance(0.12)) return `...${makeDirectives(making)} ${makeSelections(making, deeper(place))}`;
  if (random.chance(0.35)) return makeSpread(making, place, makeSelections);
  const type = pickType(making, place);
  return `... on ${type}${makeDirectives(making)} ${makeSelections(making, deeper(place, type))}`;
}

function makeSpread(making: Making, place: Place, makeSelections: MakeSelections): string {
  const { random, schema, names, fragments } = making;
  const known = fragments.filter(({ type }) => doTypesOverlap(schema, type, place.type));
  const old = known.length > 0 && random.chance(0.5) ? random.pick(known) : undefined;
  if (old && names.repeat(old.named, { was: old.path, is: place.path })) {
    making.used = new Set([...making.used, ...old.variables]);
    return `...${old.name}${makeDirectives(making)}`;
  }
  const outside = making.used;
  making.used = new Set();
  const type = pickType(making, place);
  const from = names.mark();
  const selections = makeSelections(making, deeper(place, type));
  const name = `${making.fragmentPrefix}${fragments.length}`;
  const text = `fragment ${name} on ${type} ${selections}`;
  const named = { from, to: names.mark() };
  fragments.push({ name, type, text, variables: making.used, path: place.path, named });
  making.used = new Set([...outside, ...making.used]);
  return `...${name}${makeDirectives(making)}`;
}

/** A type that some object at a place may be of. */
function pickType({ schema, random }: Making, { type }: Place): Place['type'] {
  const others = Object.values(schema.getTypeMap()).filter(
    (other) => isCompositeType(other) && !other.name.startsWith('__') && doTypesOverlap(schema, other, type),
  ) as Place['type'][];
  const narrower = others.filter((other) => isAbstractType(type) && !isAbstractType(other));
  if (narrower.length > 0 && random.chance(0.6)) return random.pick(narrower);
  return random.pick(others);
}

const deeper = (place: Place, type = place.type): Place => ({ ...place, type, depth: place.depth + 1 });
