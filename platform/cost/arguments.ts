import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ListSize } from './directives.ts';
import { type Scope, sum, type Term } from './terms.ts';

/** Weights of arguments and input fields. */
export interface InputWeights {
  weightOf(input: GraphQLArgument | GraphQLInputField): number;
  /** Tells whether a value of this type can weigh anything. */
  isWeighted(type: GraphQLInputType): boolean;
}

/** Reads a value that may depend on variables. */
type Read = (scope: Scope) => unknown;

type Field = GraphQLField<unknown, unknown>;

/** Weighs the arguments that a selection gives; null counts as not given. */
export function argumentCost({ arguments: given = [] }: FieldNode, { args }: Field, weights: InputWeights): Term {
  const terms = given.flatMap(({ name, value }): Term[] => {
    const argument = args.find((each) => each.name === name.value);
    if (!argument || (weights.weightOf(argument) === 0 && !weights.isWeighted(argument.type))) return [];
    return [valueCost(value, argument, weights)];
  });
  return sum(terms);
}

function valueCost(node: ValueNode, input: GraphQLArgument | GraphQLInputField, weights: InputWeights): Term {
  const read = compileValue(node);
  const cost = (scope: Scope) => weigh(read(scope), input, weights);
  return hasVariables(node) ? cost : cost({ variables: {}, results: [] });
}

function weigh(value: unknown, input: GraphQLArgument | GraphQLInputField, weights: InputWeights): number {
  if (value === undefined || value === null) return 0;
  return weights.weightOf(input) + weighFields(value, input.type, weights);
}

function weighFields(value: unknown, type: GraphQLInputType, weights: InputWeights): number {
  if (!weights.isWeighted(type)) return 0;
  if (Array.isArray(value)) return value.reduce((total, each) => total + weighFields(each, type, weights), 0);
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return 0;
  const fields = Object.values(named.getFields());
  return fields.reduce((total, field) => total + weigh(ownValue(value, field.name), field, weights), 0);
}

/** Computes the size of a list: the largest of its slicing arguments, or `assumedSize` if none is given. */
export function sizeOfList(
  { arguments: given = [] }: FieldNode,
  { args }: Field,
  { slicingArguments, assumedSize }: ListSize & { assumedSize: number },
): Term {
  const reads: Read[] = [];
  let isConstant = true;
  for (const path of slicingArguments) {
    const [name = '', ...keys] = path.split('.');
    const argument = args.find((each) => each.name === name);
    const node = given.find((each) => each.name.value === name)?.value;
    if (node && hasVariables(node)) isConstant = false;
    const read = node ? compileValue(node) : () => undefined;
    const fallback: unknown = argument?.defaultValue;
    const isList = argument !== undefined && isListType(getNullableType(argument.type));
    reads.push((scope) => {
      const given = read(scope);
      const value = given === undefined ? fallback : given;
      // A single value is coerced to a list of one (GraphQL, section 3.11).
      if (isList && !Array.isArray(value) && value !== null && value !== undefined) return [value];
      return keys.reduce(ownValue, value);
    });
  }
  const size = (scope: Scope) => {
    const sizes = reads.flatMap((read) => sizeFrom(read(scope)));
    return sizes.length > 0 ? Math.max(...sizes) : assumedSize;
  };
  return isConstant ? size({ variables: {}, results: [] }) : size;
}

/** A number, or the elements of a list. Any other value is rejected where variables are coerced. */
function sizeFrom(value: unknown): number[] {
  if (typeof value === 'number') return Number.isNaN(value) ? [] : [Math.max(0, value)];
  return Array.isArray(value) ? [value.length] : [];
}

/** Compiles a value to a function that refers to no node of the document, which would keep all of it. */
export function compileValue(node: ValueNode): Read {
  switch (node.kind) {
    case Kind.VARIABLE: {
      const name = node.name.value;
      return ({ variables }) => ownValue(variables, name);
    }
    case Kind.LIST: {
      const reads = node.values.map(compileValue);
      return (scope) => reads.map((read) => read(scope));
    }
    case Kind.OBJECT: {
      const fields = node.fields.map(({ name, value }) => [name.value, compileValue(value)] as const);
      return (scope) => Object.fromEntries(fields.map(([name, read]) => [name, read(scope)]));
    }
    case Kind.STRING:
      // Only its presence counts.
      return () => '';
    default: {
      const value = valueFromASTUntyped(node);
      return () => value;
    }
  }
}

export function hasVariables(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(hasVariables);
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => hasVariables(value));
  return node.kind === Kind.VARIABLE;
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
