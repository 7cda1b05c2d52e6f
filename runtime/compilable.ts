import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Whether graphql-jit runs a document as graphql-js does. It does not where fields have conditions, where a mutation's
 * field fails before it is resolved, where variables stand inside of other values, or may be null where none may be, and
 * where names are those of what every object has. All that is left to graphql-js; the differential tests hold the rest.
 */
export function isCompilable(schema: GraphQLSchema, document: DocumentNode): boolean {
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
        return hold(hasPlainDefault(definition));
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
