import { buildSchema, type GraphQLObjectType, Kind } from 'graphql';
import { expect, test } from 'vitest';
import { countFragmentReads, doublingFragments } from '../../tests/support/doubling-fragments.ts';
import { collectFields } from './collect-fields.ts';

const schema = buildSchema('type Query { hello: String }');

function collect(source: string) {
  const { document, fragments, counter } = countFragmentReads(source);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const sets = operation ? [operation.selectionSet] : [];
  const { fields } = collectFields(schema.getQueryType() as GraphQLObjectType, sets, {
    schema,
    fragments,
  });
  return { keys: fields.map(({ key }) => key), reads: counter.reads };
}

test('reads each fragment once, however often it is spread', () => {
  const source = doublingFragments({ operation: '{ ...F0 ...F0 }', type: 'Query', last: 'hello' });
  expect(collect(source)).toEqual({ keys: ['hello'], reads: 40 });
});
