import { type GraphQLInputType, GraphQLNonNull, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { Random } from './random.ts';
import { literalOf, randomValue } from './random-values.ts';

/** The variables of one operation, as they come to be used. */
export interface Variables {
  /** Text for a place where a value of a type is wanted: a literal, a variable, or a literal with variables in it. */
  valueFor(place: InputPlace): string;
  /** A variable for a directive's condition. */
  condition(): string;
  /** The definitions of those that `names` has. */
  definitions(names: ReadonlySet<string>): string;
  /** What a client sends for those that `names` has: each time something else. */
  values(names: ReadonlySet<string>, random: Random): Record<string, unknown>;
  /** Told of every variable that is used. */
  onUse(listener: (name: string) => void): void;
}

export interface InputPlace {
  type: GraphQLInputType;
  hasDefault: boolean;
}

interface Definition {
  name: string;
  type: string;
  /** Where it may stand is decided by this, too. */
  isOptional: boolean;
  text: string;
  /** Nothing where the client leaves it out. */
  choose(random: Random): { value?: unknown };
}

const oddNames = ['constructor', 'toString', '__proto__', 'if', 'representations'];

/** An empty set of variables, whose names and values `random` chooses. */
export function createVariables(random: Random, boolean: GraphQLInputType): Variables {
  const defined: Definition[] = [];
  const isOdd = random.chance(0.05);
  let listen: (name: string) => void = () => {};

  function variable(type: GraphQLInputType): string {
    const [nullable, required] = isNonNullType(type) ? [type.ofType, type] : [type, new GraphQLNonNull(type)];
    // Where null may not be, a variable that may be null has to have a default; that default may be overridden with null.
    const isOptional = random.chance(isNonNullType(type) ? 0.4 : 0.7);
    const chosen: GraphQLInputType = isOptional ? nullable : required;
    const name = nameOf(chosen, isOptional);
    listen(name);
    return `$${name}`;

    function nameOf(wanted: GraphQLInputType, optional: boolean): string {
      const same = defined.filter((other) => other.type === String(type) && other.isOptional === optional);
      if (same.length > 0 && random.chance(0.5)) return random.pick(same).name;
      const odd = random.pick(oddNames);
      const isTaken = defined.some((other) => other.name === odd);
      const next = isOdd && random.chance(0.5) && !isTaken ? odd : `v${defined.length}`;
      defined.push(define(next, wanted, type, optional));
      return next;
    }
  }

  function define(name: string, chosen: GraphQLInputType, place: GraphQLInputType, isOptional: boolean): Definition {
    const needsDefault = isOptional && isNonNullType(place);
    const hasDefault = needsDefault || random.chance(0.3);
    const bare = isNonNullType(chosen) ? chosen.ofType : chosen;
    const fallback = () => literalOf(randomValue(new GraphQLNonNull(bare), random), bare);
    const text = `$${name}: ${chosen}${hasDefault ? ` = ${fallback()}` : ''}`;
    return { name, type: String(place), isOptional, text, choose };

    function choose(chance: Random): { value?: unknown } {
      if (chance.chance(isOptional || hasDefault ? 0.4 : 0.01)) return {};
      if (chance.chance(0.01)) return { value: { not: 'what was asked for' } };
      // An explicit null where none may be is an error that only execution finds.
      const type = needsDefault && chance.chance(0.95) ? place : chosen;
      return { value: randomValue(type, chance) };
    }
  }

  function valueFor({ type, hasDefault }: InputPlace): string {
    if (random.chance(0.35))
      return variable(hasDefault && isNonNullType(type) && random.chance(0.3) ? type.ofType : type);
    return literal(type);
  }

  function literal(type: GraphQLInputType): string {
    const inner = isNonNullType(type) ? type.ofType : type;
    if (inner === type && random.chance(0.1)) return 'null';
    if (isListType(inner) && random.chance(0.5)) {
      const items = Array.from({ length: 1 + random.below(2) }, () =>
        valueFor({ type: inner.ofType, hasDefault: false }),
      );
      return `[${items.join(', ')}]`;
    }
    if (!isInputObjectType(inner)) return literalOf(randomValue(new GraphQLNonNull(inner), random), inner);
    const fields = Object.values(inner.getFields()).filter(
      (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || random.chance(0.3),
    );
    const parts = fields.map((field) => `${field.name}: ${valueFor({ type: field.type, hasDefault: false })}`);
    return `{ ${parts.join(', ')} }`;
  }

  return {
    valueFor,
    condition: () => variable(new GraphQLNonNull(boolean)),
    definitions: (names) => {
      const texts = defined.filter(({ name }) => names.has(name)).map(({ text }) => text);
      return texts.length > 0 ? `(${texts.join(', ')})` : '';
    },
    values: (names, chance) =>
      Object.fromEntries(
        defined
          .filter(({ name }) => names.has(name))
          .map(({ name, choose }) => ({ name, chosen: choose(chance) }))
          .flatMap(({ name, chosen }) => ('value' in chosen ? [[name, chosen.value]] : [])),
      ),
    onUse: (listener) => {
      listen = listener;
    },
  };
}
