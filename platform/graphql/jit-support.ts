import {
  type ArgumentNode,
  BREAK,
  type DocumentNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parseValue,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from './documents/operation-document.ts';

/** Fields that one operation may compile to; code grows with each of them. */
const maxExpandedFields = 2_000;
/** Levels of fields that one operation may compile to: the time to compile a field grows with the levels above it. */
const maxExpandedLevels = 50;

/** Resolves the type of an interface or a union; the only `resolveType` that graphql-jit is known to support. */
export function resolveByTypename(value: unknown): string | undefined {
  return (value as { __typename?: string } | null | undefined)?.__typename;
}

/**
 * Lists what makes graphql-jit execute a schema's operations differently from graphql-js: @oneOf inputs, which it accepts
 * with two keys; scalars whose literals become class instances, which it turns into plain objects; and abstract types
 * whose type is resolved by a function that may be async or throw, as its own default does: the run never ends then, or is
 * lost. Returns an empty array for a schema that it supports.
 */
export function jitObstacles(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type) && type.isOneOf) return [`${type.name} is a @oneOf input`];
    if (isScalarType(type) && !isSpecifiedScalarType(type) && !hasPlainLiterals(type))
      return [`literals of the scalar ${type.name} become class instances`];
    // Apollo's resolveType of _Entity reads __typename as well.
    if (isAbstractType(type) && type.resolveType !== resolveByTypename && type.name !== '_Entity')
      return [`${type.name} is not resolved by __typename`];
    if (isObjectType(type) && type.isTypeOf) return [`${type.name} has an isTypeOf`];
    return [];
  });
}

/** One of each kind of literal; a string is also tried as a date, because many scalars parse only dates. */
const sampleLiterals = ['"2026-01-31T12:00:00Z"', '"text"', '5', '1.5', 'true', 'NAME', '["text"]', '{ key: "text" }'];

/** Tries a scalar with literals of each kind. */
function hasPlainLiterals(scalar: GraphQLScalarType): boolean {
  return sampleLiterals.every((literal) => {
    try {
      return isPlain(scalar.parseLiteral(parseValue(literal)));
    } catch {
      // The scalar takes no such literal.
      return true;
    }
  });
}

/** Tells values that survive as code: JSON's, and undefined. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !['function', 'bigint', 'symbol'].includes(typeof value);
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === null || prototype === Object.prototype) && Object.values(value).every(isPlain);
}

/**
 * Tells whether graphql-jit executes a document as graphql-js does. It does not if fields have conditions, if a mutation's
 * field fails before it is resolved, if variables are part of other values, may be null where null is not allowed, or have
 * a type that contains itself, and if names are those of properties that every object has. Such documents are left to
 * graphql-js; the differential tests prove the rest.
 */
export function isJitSupported(schema: GraphQLSchema, document: DocumentNode): boolean {
  const nonNull = new Set<string>();
  const types = new TypeInfo(schema);
  let isSupported = true;
  const require = (condition: boolean) => {
    isSupported &&= condition;
    return isSupported ? undefined : BREAK;
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive: () => require(false),
      Name: ({ value }) => require(!(value in Object.prototype)),
      OperationDefinition: (operation) =>
        require(operation.operation === OperationTypeNode.QUERY && isSmall(document, operation)),
      VariableDefinition: (definition) => {
        if (definition.type.kind === Kind.NON_NULL_TYPE) nonNull.add(definition.variable.name.value);
        const type = schema.getType(namedTypeOf(definition.type));
        return require(hasPlainDefault(definition) && (!isInputObjectType(type) || isPlainInput(type)));
      },
      Argument: ({ value }) => {
        const type = types.getInputType();
        if (value.kind !== Kind.VARIABLE) return require(isPlainLiteral(value, type));
        return require(!isNonNullType(type) || nonNull.has(value.name.value));
      },
    }),
  );
  return isSupported;
}

function isSmall(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const { fields, levels } = expandedSize(document, operation);
  return fields <= maxExpandedFields && levels <= maxExpandedLevels;
}

export interface ExpandedSize {
  fields: number;
  /** How deep the fields nest. */
  levels: number;
}

/** Measures an operation with each fragment written out wherever it is spread. Visits each fragment once. */
export function expandedSize(document: DocumentNode, operation: OperationDefinitionNode): ExpandedSize {
  const fragments = fragmentsOf(document);
  const sizes = new Map<string, ExpandedSize>();
  const sizeOfFragment = (name: string): ExpandedSize => {
    const fragment = fragments[name];
    const size = sizes.get(name) ?? (fragment ? sizeOf(fragment.selectionSet) : nothing);
    sizes.set(name, size);
    return size;
  };
  const sizeOfSelection = (selection: SelectionNode): ExpandedSize => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return sizeOf(selection.selectionSet);
    const { fields, levels } = selection.selectionSet ? sizeOf(selection.selectionSet) : nothing;
    return { fields: fields + 1, levels: levels + 1 };
  };
  const sizeOf = ({ selections }: SelectionSetNode): ExpandedSize => {
    const sum = { fields: 0, levels: 0 };
    for (const selection of selections) {
      const { fields, levels } = sizeOfSelection(selection);
      sum.fields += fields;
      sum.levels = Math.max(sum.levels, levels);
    }
    return sum;
  };
  return sizeOf(operation.selectionSet);
}

const nothing: ExpandedSize = { fields: 0, levels: 0 };

function hasPlainDefault({ defaultValue }: VariableDefinitionNode): boolean {
  return !defaultValue || defaultValue.kind === Kind.ENUM || defaultValue.kind === Kind.BOOLEAN;
}

function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

/** graphql-jit compiles inputs that contain themselves without end, and requires fields that have a default. */
function isPlainInput(type: GraphQLInputObjectType, above: readonly GraphQLInputObjectType[] = []): boolean {
  if (above.includes(type)) return false;
  return Object.values(type.getFields()).every((field) => {
    const inner = getNamedType(field.type);
    if (isNonNullType(field.type) && field.defaultValue !== undefined) return false;
    return !isInputObjectType(inner) || isPlainInput(inner, [...above, type]);
  });
}

function isPlainLiteral(value: ArgumentNode['value'], type: GraphQLInputType | null | undefined): boolean {
  return !containsVariable(value) && Boolean(type) && isPlain(valueFromAST(value, type as GraphQLInputType));
}

function containsVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(containsVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => containsVariable(field.value));
    default:
      return false;
  }
}
