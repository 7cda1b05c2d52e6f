import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
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

/** A type that has fields. The API has no unions. */
type Composite = GraphQLObjectType | GraphQLInterfaceType;

interface Place {
  api: GraphQLSchema;
  /** How deep selections may nest. */
  depth: number;
}

const isComposite = (type: unknown): type is Composite => isObjectType(type) || isInterfaceType(type);

/** Generates selections of a type. */
export function selectionsOf(type: Composite, { api, depth }: Place): fc.Arbitrary<Selection[]> {
  const fields = Object.values(type.getFields());
  const usable = depth > 0 ? fields : fields.filter((field) => !isComposite(getNamedType(field.type)));
  const below = { api, depth: depth - 1 };
  const typename: fc.Arbitrary<Selection> = fc
    .boolean()
    .map((isAliased) => ({ name: '__typename', isAliased, arguments: [], directives: [], selections: [] }));
  const nested = { weight: 1, arbitrary: depth > 0 ? fragments(type, below) : typename };
  const known = usable.map((field) => ({ weight: 2, arbitrary: fieldsOf(field, below) }));
  // The first is what fast-check shrinks to.
  return fc.array(fc.oneof({ weight: 1, arbitrary: typename }, ...known, nested), { minLength: 1, maxLength: 4 });
}

/** Chained, so that the arbitraries of a type exist only down to where a case goes. */
function fieldsOf(field: GraphQLField<unknown, unknown>, place: Place): fc.Arbitrary<Selection> {
  const type = getNamedType(field.type);
  return fc.constant(field.name).chain((name) =>
    fc.record({
      name: fc.constant(name),
      isAliased: fc.boolean(),
      arguments: argumentsOf(field.args),
      directives,
      selections: isComposite(type) ? selectionsOf(type, place) : fc.constant([]),
    }),
  );
}

/** Fragments on a type, on the interfaces of an object, and on the objects of an interface. */
function fragments(type: Composite, place: Place): fc.Arbitrary<Selection> {
  const related = isInterfaceType(type) ? place.api.getPossibleTypes(type) : type.getInterfaces();
  return fc
    .constantFrom<Composite[]>(type, ...related)
    .chain((on) =>
      fc.record({ on: fc.constant(on.name), isNamed: fc.boolean(), directives, selections: selectionsOf(on, place) }),
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
