import {
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Random } from './random.ts';

const strings = ['', 'one', 'two words', 'a "quote"', 'ünïcödé 🙂', '2026-11-23T14:05:00.000Z', '__typename', 'id-3'];

/** Generates a JSON value for an input type. Below `depth` levels it contains required fields only. */
export function randomValue(type: GraphQLInputType, random: Random, depth = 2): unknown {
  if (isNonNullType(type)) return nonNullValue(type.ofType, random, depth);
  return random.chance(0.1) ? null : nonNullValue(type, random, depth);
}

function nonNullValue(type: GraphQLInputType, random: Random, depth: number): unknown {
  if (isNonNullType(type)) return randomValue(type, random, depth);
  if (isListType(type)) {
    // A single value is coerced to a list of one.
    if (random.chance(0.1)) return nonNullValue(type.ofType, random, depth);
    return Array.from({ length: random.below(3) }, () => randomValue(type.ofType, random, depth));
  }
  if (!isInputObjectType(type)) return leafValue(type, random);
  const fields = Object.values(type.getFields()).filter((field) => {
    const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
    return isRequired || (depth > 0 && random.chance(0.5));
  });
  return Object.fromEntries(fields.map((field) => [field.name, randomValue(field.type, random, depth - 1)]));
}

function leafValue(type: GraphQLEnumType | GraphQLScalarType, random: Random): unknown {
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  switch (type.name) {
    case 'Int':
      return random.below(12) - 2;
    case 'Float':
      return random.pick([0, 1, -2.5, 1e21, 3.25]);
    case 'Boolean':
      return random.chance(0.5);
    case 'ID':
      return random.pick(['id-1', 'id-2', '3', 4]);
    case 'JSON':
      return random.pick([1, 'text', null, { a: [1, { b: null }] }, [[]], false]);
    default:
      return random.pick(strings);
  }
}

/** Prints a value as a GraphQL literal. */
export function literalOf(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(value, type.ofType);
  if (value === null) return 'null';
  if (isListType(type)) {
    const { ofType } = type;
    return Array.isArray(value)
      ? `[${value.map((item) => literalOf(item, ofType)).join(', ')}]`
      : literalOf(value, ofType);
  }
  if (isEnumType(type)) return String(value);
  if (!isInputObjectType(type)) return anyLiteral(value);
  const fields = type.getFields();
  const entries = Object.entries(value as Record<string, unknown>).flatMap(([name, part]) => {
    const field = fields[name];
    return field ? [`${name}: ${literalOf(part, field.type)}`] : [];
  });
  return `{ ${entries.join(', ')} }`;
}

function anyLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(anyLiteral).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, part]) => `${name}: ${anyLiteral(part)}`);
  return `{ ${entries.join(', ')} }`;
}
