import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';

/**
 * An instant in UTC: RFC 3339 with milliseconds. Input is passed on unchanged. The rule that takes it reports an invalid
 * one as BAD_USER_INPUT with the field's path, where GraphQL itself could only reject the whole document.
 */
export const dateTime = new GraphQLScalarType<unknown, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
