import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type GraphQLSchema, isInputObjectType, isObjectType, isRequiredArgument, isRequiredInputField } from 'graphql';
import { codesByField } from '../field-codes.ts';

/** What is different in a schema, and what that means to clients of the one before. */
export interface SchemaChange {
  /** Where, as GraphQL writes schema coordinates: `Query.resources(first:)`. */
  coordinate: string;
  /** What has happened there, in the words of graphql-inspector: `FIELD_REMOVED`; of codes, `CODE_REMOVED FORBIDDEN`. */
  kind: string;
  level: 'breaking' | 'dangerous' | 'safe';
  message: string;
}

const levels = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
} as const;

/** What differs between what was released and what is there now; codes in descriptions are part of what clients rely on. */
export async function changesBetween(released: GraphQLSchema, current: GraphQLSchema): Promise<SchemaChange[]> {
  const changes = await diff(released, current);
  return [...changes.map((change) => asSchemaChange(change, current)), ...changedCodes(released, current)];
}

function asSchemaChange({ type, path, message, criticality }: Change, current: GraphQLSchema): SchemaChange {
  const wantsMore = /DEFAULT(_VALUE)?_CHANGED$/.test(type) && isRequired(current, path);
  return {
    coordinate: toCoordinate(path),
    kind: type,
    level: wantsMore ? 'breaking' : levels[criticality.level],
    message,
  };
}

/** Whether an argument or a field of an input may not be left out: what had a default could be. */
function isRequired(schema: GraphQLSchema, path = ''): boolean {
  const [typeName = '', fieldName = '', argumentName] = path.split('.');
  const type = schema.getType(typeName);
  const inputField = isInputObjectType(type) ? type.getFields()[fieldName] : undefined;
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  const argument = field?.args.find(({ name }) => name === argumentName);
  return Boolean((inputField && isRequiredInputField(inputField)) || (argument && isRequiredArgument(argument)));
}

/** graphql-inspector joins names by dots; arguments have brackets, and directives belong to what they stand at. */
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
  // A field that is gone, or new, is a change of its own.
  const kept = [...before.keys()].filter((coordinate) => exists(current, coordinate));
  return [...new Set([...kept, ...[...after.keys()].filter((coordinate) => exists(released, coordinate))])].flatMap(
    (coordinate) => {
      const [old, now] = [before.get(coordinate) ?? [], after.get(coordinate) ?? []];
      return [
        ...without(old, now).map((code) => codeChange(coordinate, code, 'REMOVED')),
        ...without(now, old).map((code) => codeChange(coordinate, code, 'ADDED')),
      ];
    },
  );
}

const without = (codes: readonly string[], others: readonly string[]) => codes.filter((code) => !others.includes(code));

function exists(schema: GraphQLSchema, coordinate: string): boolean {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  return type !== undefined && 'getFields' in type && type.getFields()[fieldName] !== undefined;
}

function codeChange(coordinate: string, code: string, happened: 'ADDED' | 'REMOVED'): SchemaChange {
  const says = happened === 'ADDED' ? 'is refused with' : 'is no longer refused with';
  return {
    coordinate,
    kind: `CODE_${happened} ${code}`,
    level: happened === 'ADDED' ? 'dangerous' : 'breaking',
    message: `'${coordinate}' ${says} the code ${code}`,
  };
}
