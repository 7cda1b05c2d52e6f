import { buildSchema, getVariableValues, type OperationDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { redactErrorValues } from './redact-error-values.ts';

const schema = buildSchema(`
  enum Order { NEWEST OLDEST }
  input Login { name: String!, password: String!, tries: [Int!] }
  type Query { logIn(input: Login, order: Order, id: ID, first: Int, size: Float, is: Boolean): String }
`);
const secret = 'a secret: "it" at "input.name"; is 5';

/** Returns the redacted message for a document, or for the variables that it takes. */
function messagesOf(document: string, variables?: Record<string, unknown>): string[] {
  try {
    const parsed = parse(document);
    const invalid = validate(schema, parsed);
    const { variableDefinitions = [] } = parsed.definitions[0] as OperationDefinitionNode;
    const coercionErrors = variables && getVariableValues(schema, variableDefinitions, variables).errors;
    return [...invalid, ...(coercionErrors ?? [])].map(({ message, originalError }) =>
      redactErrorValues(message, originalError?.message),
    );
  } catch (error) {
    return [redactErrorValues((error as Error).message)];
  }
}

const literal = JSON.stringify(secret);
const inDocuments: [document: string, message: string][] = [
  [`{ logIn(input: ${literal}) }`, 'Expected value of type "Login".'],
  [`{ logIn(id: { is: ${literal} }) }`, 'ID cannot represent a non-string and non-integer value.'],
  [`{ logIn(first: ${literal}) }`, 'Int cannot represent non-integer value.'],
  ['{ logIn(first: 12345678901) }', 'Int cannot represent non 32-bit signed integer value.'],
  [`{ logIn(size: ${literal}) }`, 'Float cannot represent non numeric value.'],
  [`{ logIn(is: ${literal}) }`, 'Boolean cannot represent a non boolean value.'],
  [`{ logIn(order: ${literal}) }`, 'Enum "Order" cannot represent non-enum value.'],
  ['{ logIn(order: SECRET) }', 'The value does not exist in "Order" enum.'],
  [`{ logIn(input: { name: "a", password: [${literal}] }) }`, 'String cannot represent a non string value.'],
  ['{ logIn(input: { name: "a", password: 5 }) }', 'String cannot represent a non string value.'],
  ['{ logIn(input: { name: "a", password: null }) }', 'Expected value of type "String!".'],
  [`{ logIn(${literal}) }`, 'Syntax Error: Expected Name, found String.'],
  [`{ logIn("""${secret}""") }`, 'Syntax Error: Expected Name, found BlockString.'],
  ['{ logIn(input: { name: "a" "b") }', 'Syntax Error: Expected Name, found String.'],
  ['secret', 'Syntax Error: Unexpected Name.'],
  ['{ logIn(5) }', 'Syntax Error: Expected Name, found Int.'],
];

test.each(inDocuments)('%s', (document, message) => {
  expect(messagesOf(document)).toEqual([message]);
});

describe('an error of a variable names its path and reason', () => {
  const whole = 'Variable "$input" got an invalid value';
  const inVariables: [input: unknown, message: string][] = [
    [secret, `${whole}; Expected type "Login" to be an object.`],
    [{ name: 'a', password: [secret] }, `${whole} at "input.password"; String cannot represent a non string value.`],
    [{ name: 'a', password: 5 }, `${whole} at "input.password"; String cannot represent a non string value.`],
    [{ name: 'a', password: secret, pin: secret }, `${whole}; Field "pin" is not defined by type "Login".`],
    [{ password: secret }, `${whole}; Field "name" of required type "String!" was not provided.`],
    [
      { name: 'a', password: 'b', tries: [1, secret] },
      `${whole} at "input.tries[1]"; Int cannot represent non-integer value.`,
    ],
  ];

  test.each(inVariables)('%j', (input, message) => {
    expect(messagesOf('query ($input: Login!) { logIn(input: $input) }', { input })).toEqual([message]);
  });

  test('for an enum', () => {
    const message = 'Variable "$order" got an invalid value; The value does not exist in "Order" enum.';
    expect(messagesOf('query ($order: Order) { logIn(order: $order) }', { order: secret })).toEqual([message]);
  });

  test('and only the variable if its path is unknown', () => {
    expect(redactErrorValues(`Variable "$input" got invalid value "${secret}"; Because.`)).toBe(`${whole}.`);
  });
});

test.each([
  'Cannot query field "nothing" on type "Query".',
  'Syntax Error: Expected Name, found "$".',
  'Syntax Error: Unterminated string.',
  'Variable "$input" of required type "Login!" was not provided.',
])('what repeats no value stays as it is: %s', (message) => {
  expect(redactErrorValues(message)).toBe(message);
});
