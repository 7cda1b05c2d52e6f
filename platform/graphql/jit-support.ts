import {
  BREAK,
  type DocumentNode,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Whether graphql-jit runs a document as graphql-js does. It does not where fields have conditions, where a mutation's
 * field fails before it is resolved, where variables stand inside of other values, may be null where none may be, or hold
 * themselves, and where names are those of what every object has. All that is left to graphql-js; the differential tests
 * hold the rest.
 */
export function isJitSupported(schema: GraphQLSchema, document: DocumentNode): boolean {
  const nonNull = new Set<string>();
  const types = new TypeInfo(schema);
  let isFine = true;
  const hold = (holds: boolean) => {
    isFine &&= holds;
    return isFine ? undefined : BREAK;
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive: () => hold(false),
      Name: ({ value }) => hold(!(value in Object.prototype)),
      OperationDefinition: ({ operation }) => hold(operation === OperationTypeNode.QUERY),
      VariableDefinition: (definition) => {
        if (definition.type.kind === Kind.NON_NULL_TYPE) nonNull.add(definition.variable.name.value);
        const type = schema.getType(namedTypeOf(definition.type));
        return hold(hasPlainDefault(definition) && (!isInputObjectType(type) || isPlainInput(type)));
      },
      Argument: ({ value }) => {
        if (value.kind !== Kind.VARIABLE) return hold(!holdsVariable(value));
        return hold(!isNonNullType(types.getInputType()) || nonNull.has(value.name.value));
      },
    }),
  );
  return isFine;
}

function hasPlainDefault({ defaultValue }: VariableDefinitionNode): boolean {
  return !defaultValue || defaultValue.kind === Kind.ENUM || defaultValue.kind === Kind.BOOLEAN;
}

function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

/** graphql-jit compiles inputs that hold themselves without end, and wants fields that have a default. */
function isPlainInput(type: GraphQLInputObjectType, above: readonly GraphQLInputObjectType[] = []): boolean {
  if (above.includes(type)) return false;
  return Object.values(type.getFields()).every((field) => {
    const inner = getNamedType(field.type);
    if (isNonNullType(field.type) && field.defaultValue !== undefined) return false;
    return !isInputObjectType(inner) || isPlainInput(inner, [...above, type]);
  });
}

function holdsVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(holdsVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => holdsVariable(field.value));
    default:
      return false;
  }
}
