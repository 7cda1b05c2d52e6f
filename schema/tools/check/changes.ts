import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type GraphQLSchema, isInputObjectType, isObjectType, isRequiredArgument, isRequiredInputField } from 'graphql';
import { codesByField } from '../field-codes.ts';

/** A change between two schemas. */
export interface SchemaChange {
  /** A schema coordinate: `Query.resources(first:)`. */
  coordinate: string;
  /** graphql-inspector's name of the change, such as `FIELD_REMOVED`; for error codes, `CODE_REMOVED FORBIDDEN`. */
  kind: string;
  level: 'breaking' | 'dangerous' | 'safe';
  message: string;
}

const levels = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
} as const;

/** Returns the changes since the released schema, including those of the error codes listed in descriptions. */
export async function changesBetween(released: GraphQLSchema, current: GraphQLSchema): Promise<SchemaChange[]> {
  const changes = await diff(released, current);
  return [...changes.map((change) => toSchemaChange(change, current)), ...changedCodes(released, current)];
}

function toSchemaChange({ type, path, message, criticality }: Change, current: GraphQLSchema): SchemaChange {
  // An input that has lost its default and is not null has become mandatory.
  const isNowRequired = /DEFAULT(_VALUE)?_CHANGED$/.test(type) && isRequired(current, path);
  return {
    coordinate: toCoordinate(path),
    kind: type,
    level: isNowRequired ? 'breaking' : levels[criticality.level],
    message,
  };
}

/** True if an argument or input field is mandatory: not null and without a default. */
function isRequired(schema: GraphQLSchema, path = ''): boolean {
  const [typeName = '', fieldName = '', argumentName] = path.split('.');
  const type = schema.getType(typeName);
  const inputField = isInputObjectType(type) ? type.getFields()[fieldName] : undefined;
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  const argument = field?.args.find(({ name }) => name === argumentName);
  return Boolean((inputField && isRequiredInputField(inputField)) || (argument && isRequiredArgument(argument)));
}

/** Converts graphql-inspector's path, which joins names by dots, to a schema coordinate, without directives. */
function toCoordinate(path = ''): string {
  const [first = '', ...names] = path.split('.');
  const [second, third] = names.filter((name) => !name.startsWith('@'));
  if (second === undefined) return first || 'schema';
  if (first.startsWith('@')) return `${first}(${second}:)`;
  return third === undefined ? `${first}.${second}` : `${first}.${second}(${third}:)`;
}

function changedCodes(released: GraphQLSchema, current: GraphQLSchema): SchemaChange[] {
  const before = codesByField(released);
  const after = codesByField(current);
  // Removed and added fields are reported as such.
  const remaining = [...before.keys()].filter((coordinate) => exists(current, coordinate));
  return [
    ...new Set([...remaining, ...[...after.keys()].filter((coordinate) => exists(released, coordinate))]),
  ].flatMap((coordinate) => {
    const [old, now] = [before.get(coordinate) ?? [], after.get(coordinate) ?? []];
    return [
      ...without(old, now).map((code) => codeChange(coordinate, code, 'REMOVED')),
      ...without(now, old).map((code) => codeChange(coordinate, code, 'ADDED')),
    ];
  });
}

const without = (codes: readonly string[], others: readonly string[]) => codes.filter((code) => !others.includes(code));

function exists(schema: GraphQLSchema, coordinate: string): boolean {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  return type !== undefined && 'getFields' in type && type.getFields()[fieldName] !== undefined;
}

function codeChange(coordinate: string, code: string, change: 'ADDED' | 'REMOVED'): SchemaChange {
  const text = change === 'ADDED' ? 'may now fail with' : 'no longer lists';
  return {
    coordinate,
    kind: `CODE_${change} ${code}`,
    level: change === 'ADDED' ? 'dangerous' : 'breaking',
    message: `'${coordinate}' ${text} the code ${code}`,
  };
}
