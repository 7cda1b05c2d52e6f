import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { valuesOf } from './values.ts';

/** A part of an operation, before names are given to its variables and fragments. */
export type Selection = FieldSelection | FragmentSelection;

export interface FieldSelection {
  name: string;
  isAliased: boolean;
  arguments: ArgumentValue[];
  directives: Directive[];
  selections: Selection[];
}

export interface FragmentSelection {
  on: string;
  /** False for an inline fragment. */
  isNamed: boolean;
  directives: Directive[];
  selections: Selection[];
}

export interface ArgumentValue {
  argument: GraphQLArgument;
  value: unknown;
  isVariable: boolean;
}

export interface Directive {
  name: 'include' | 'skip';
  isTrue: boolean;
  isVariable: boolean;
}

const directives: fc.Arbitrary<Directive[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Directive[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({
        name: fc.constantFrom('include' as const, 'skip' as const),
        isTrue: fc.boolean(),
        isVariable: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  },
);

/** Generates selections of a type, nested so deep. */
export function selectionsOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<Selection[]> {
  const fields = Object.values(type.getFields());
  const usable = depth > 0 ? fields : fields.filter((field) => !isObjectType(getNamedType(field.type)));
  const typename: fc.Arbitrary<Selection> = fc
    .boolean()
    .map((isAliased) => ({ name: '__typename', isAliased, arguments: [], directives: [], selections: [] }));
  const nested = { weight: 1, arbitrary: depth > 0 ? fragments(type, depth - 1) : typename };
  const known = usable.map((field) => ({ weight: 2, arbitrary: fieldsOf(field, depth - 1) }));
  // The first is what fast-check shrinks to.
  return fc.array(fc.oneof({ weight: 1, arbitrary: typename }, ...known, nested), { minLength: 1, maxLength: 4 });
}

/** Chained, so that the arbitraries of a type exist only down to where a case goes. */
function fieldsOf(field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<Selection> {
  const type = getNamedType(field.type);
  return fc.constant(field.name).chain((name) =>
    fc.record({
      name: fc.constant(name),
      isAliased: fc.boolean(),
      arguments: argumentsOf(field.args),
      directives,
      selections: isObjectType(type) ? selectionsOf(type, depth) : fc.constant([]),
    }),
  );
}

function fragments(type: GraphQLObjectType, depth: number): fc.Arbitrary<Selection> {
  return fc
    .constant(type.name)
    .chain((on) =>
      fc.record({ on: fc.constant(on), isNamed: fc.boolean(), directives, selections: selectionsOf(type, depth) }),
    );
}

function argumentsOf(all: readonly GraphQLArgument[]): fc.Arbitrary<ArgumentValue[]> {
  const each = all.map((argument) => {
    const given = fc.record({
      argument: fc.constant(argument),
      value: valuesOf(argument.type),
      isVariable: fc.boolean(),
    });
    return isRequiredArgument(argument)
      ? given.map((value) => [value])
      : fc.oneof(
          fc.constant([]),
          given.map((value) => [value]),
        );
  });
  return fc.tuple(...each).map((lists) => lists.flat());
}
