import fc from 'fast-check';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
} from 'graphql';
import { placeholders } from './placeholders.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Texts that parsers, maps and databases have stumbled over. */
const hostileTexts = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\ud800',
  '\u202e',
  '%',
  "'--",
  'a'.repeat(2_000),
];
const text = fc.oneof(
  fc.constantFrom(...placeholders),
  fc.constantFrom(...hostileTexts),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.base64String({ maxLength: 64 }),
);

const scalars: Record<string, fc.Arbitrary<Json>> = {
  Int: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -1, max: 101 }) }, { weight: 1, arbitrary: fc.integer() }),
  Float: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  Boolean: fc.boolean(),
  String: text,
  ID: text,
};

/** Generates values of an input type as JSON, now and then of another type. */
export function valuesOf(type: GraphQLInputType, depth = 4): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant(undefined).chain(() => typedValues(type, depth)) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
  );
}

function typedValues(type: GraphQLInputType, depth: number): fc.Arbitrary<Json> {
  if (isNonNullType(type)) return typedValues(type.ofType, depth);
  if (isListType(type)) return fc.array(valuesOf(type.ofType, depth - 1), { maxLength: depth > 0 ? 3 : 0 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isScalarType(type)) return scalars[type.name] ?? text;
  const fields = Object.values(type.getFields()).filter((field) => depth > 0 || isRequiredInputField(field));
  const requiredKeys = fields.filter(isRequiredInputField).map(({ name }) => name);
  const values = Object.fromEntries(fields.map((field) => [field.name, valuesOf(field.type, depth - 1)]));
  return fc.record(values, { requiredKeys });
}

/** Prints a value as a literal of a document. */
export function literalOf(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(value, type.ofType);
  if (isEnumType(type) && typeof value === 'string' && /^[A-Z_]+$/.test(value)) return value;
  if (Array.isArray(value))
    return `[${value.map((item) => literalOf(item, isListType(type) ? type.ofType : type)).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = isInputObjectType(type) ? type.getFields() : {};
  const parts = Object.entries(value).map(([name, item]) => `${name}: ${literalOf(item, fields[name]?.type ?? type)}`);
  return `{${parts.join(', ')}}`;
}
