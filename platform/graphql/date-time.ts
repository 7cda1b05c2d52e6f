import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';

/**
 * An instant in UTC, RFC 3339 with milliseconds. What comes in is passed on as it came: the rule that takes it says
 * what is wrong with it as BAD_USER_INPUT with the field's path, where GraphQL could only refuse the whole document.
 */
export const dateTime = new GraphQLScalarType<unknown, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
