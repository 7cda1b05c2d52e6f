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
  type SelectionSetNode,
  TypeInfo,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Fields that one operation may compile to; code grows with each of them. */
const maxExpandedFields = 2_000;

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

const isSmall = (document: DocumentNode, operation: OperationDefinitionNode) =>
  countExpandedFields(document, operation) <= maxExpandedFields;

/** Counts an operation's fields with each fragment written out wherever it is spread. Visits each fragment once. */
export function countExpandedFields({ definitions }: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const counts = new Map<string, number>();
  const countFragment = (name: string): number => {
    const counted = counts.get(name);
    if (counted !== undefined) return counted;
    const fragment = fragments.get(name);
    const count = fragment ? countFields(fragment.selectionSet) : 0;
    counts.set(name, count);
    return count;
  };
  const countFields = ({ selections }: SelectionSetNode): number => {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) sum += countFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum += countFields(selection.selectionSet);
      else sum += 1 + (selection.selectionSet ? countFields(selection.selectionSet) : 0);
    }
    return sum;
  };
  return countFields(operation.selectionSet);
}

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
