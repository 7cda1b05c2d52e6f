import { type GraphQLInputType, GraphQLNonNull, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { Random } from './random.ts';
import { literalOf, randomValue } from './random-values.ts';

/** The variables of one operation, defined as they are used. */
export interface Variables {
  /** Generates a literal, a variable, or a literal that contains variables. */
  valueFor(place: InputPlace): string;
  /** Returns a variable for the condition of @include or @skip. */
  condition(): string;
  /** Prints the definitions of the named variables. */
  definitions(names: ReadonlySet<string>): string;
  /** Chooses values for the named variables. */
  values(names: ReadonlySet<string>, random: Random): Record<string, unknown>;
  /** Calls the listener with each variable that is used. */
  onUse(listener: (name: string) => void): void;
}

export interface InputPlace {
  type: GraphQLInputType;
  hasDefault: boolean;
}

interface Definition {
  name: string;
  type: string;
  /** An optional and a required variable of the same type are not interchangeable. */
  isOptional: boolean;
  text: string;
  /** Returns an empty object if the client omits the variable. */
  choose(random: Random): { value?: unknown };
}

const prototypeNames = ['constructor', 'toString', '__proto__', 'if', 'representations'];

/** Creates an empty set of variables, whose names and values `random` chooses. */
export function createVariables(random: Random, boolean: GraphQLInputType): Variables {
  const defined: Definition[] = [];
  const usesPrototypeNames = random.chance(0.05);
  let listen: (name: string) => void = () => {};

  function variable(type: GraphQLInputType): string {
    const [nullable, required] = isNonNullType(type) ? [type.ofType, type] : [type, new GraphQLNonNull(type)];
    // In a non-null position, a nullable variable must have a default, which an explicit null overrides.
    const isOptional = random.chance(isNonNullType(type) ? 0.4 : 0.7);
    const chosen: GraphQLInputType = isOptional ? nullable : required;
    const name = nameOf(chosen, isOptional);
    listen(name);
    return `$${name}`;

    function nameOf(wanted: GraphQLInputType, optional: boolean): string {
      const same = defined.filter((other) => other.type === String(type) && other.isOptional === optional);
      if (same.length > 0 && random.chance(0.5)) return random.pick(same).name;
      const prototypeName = random.pick(prototypeNames);
      const isTaken = defined.some((other) => other.name === prototypeName);
      const next = usesPrototypeNames && random.chance(0.5) && !isTaken ? prototypeName : `v${defined.length}`;
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

    function choose(forRun: Random): { value?: unknown } {
      if (forRun.chance(isOptional || hasDefault ? 0.4 : 0.01)) return {};
      if (forRun.chance(0.01)) return { value: { not: 'of this type' } };
      // An explicit null in a non-null position is an error that only execution finds.
      const type = needsDefault && forRun.chance(0.95) ? place : chosen;
      return { value: randomValue(type, forRun) };
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
      const printed = defined.filter(({ name }) => names.has(name)).map(({ text }) => text);
      return printed.length > 0 ? `(${printed.join(', ')})` : '';
    },
    values: (names, forRun) =>
      Object.fromEntries(
        defined
          .filter(({ name }) => names.has(name))
          .map(({ name, choose }) => ({ name, chosen: choose(forRun) }))
          .flatMap(({ name, chosen }) => ('value' in chosen ? [[name, chosen.value]] : [])),
      ),
    onUse: (listener) => {
      listen = listener;
    },
  };
}
