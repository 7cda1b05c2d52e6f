import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import type { IncomingRequest } from '../../../platform/graphql/graphql-endpoint.ts';
import type { Executor } from '../../../platform/graphql/prepared-operations.ts';
import { startGraphqlServer } from '../../../platform/graphql/server.ts';
import { parseOperation } from '../../../platform/testing/heap.ts';
import { publicErrors } from '../../../schema/error-codes.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { post } from '../../../tests/support/subgraphs/tiny-server.ts';
import { composeSupergraph } from '../differential/supergraphs/compose.ts';
import { answerIntrospection } from './introspection.ts';

const { api: schema } = composeSupergraph('tiny', {
  auth: 'type Query { hello: String } type Mutation { say: String }',
});

/** An executor that answers with the text of the operations that it receives. */
function createRecorder() {
  const prepared: string[] = [];
  const executor: Executor = {
    schema,
    prepare: ({ source }) => {
      prepared.push(source);
      return { execute: async () => ({ data: { hello: source } }), sizeBytes: () => 100 };
    },
  };
  return { executor: answerIntrospection(executor), prepared };
}

test.each([
  '{ hello }',
  '{ __typename }',
  '{ __schema: hello }',
  'mutation { __type: say }',
  'query A { hello ... { hello } }',
])('%s goes to the executor as it is', async (source) => {
  const { executor, prepared } = createRecorder();
  executor.prepare(parseOperation(source));
  expect(prepared).toEqual([source]);
});

test.each([
  ['{ __schema { description } }', []],
  ['{ ...F } fragment F on Query { x: __schema { description } }', []],
  ['query A($n: String!, $m: Int) { hello __type(name: $n) { name } }', ['query A { hello }']],
])('the executor receives no introspection of %s', (source, received) => {
  const { executor, prepared } = createRecorder();
  executor.prepare(parseOperation(source));
  expect(prepared.map((text) => text.replace(/\s+/g, ' '))).toEqual(received);
});

test('its response is the executor’s alone if the executor fails as a whole', async () => {
  const failing: Executor = {
    schema,
    prepare: () => ({ execute: async () => ({ data: null, extensions: { why: 'down' } }), sizeBytes: () => 1 }),
  };
  const operation = answerIntrospection(failing).prepare(parseOperation('{ __schema { description } hello }'));
  expect(await operation.execute({ variables: undefined, context: {} })).toEqual({
    data: null,
    extensions: { why: 'down' },
  });
});

test.each([
  '{ __schema { description } }',
  '{ hello a: __type(name: "Query") { name } }',
  '{ ...F } fragment F on Query { ... { __schema { description } } }',
])('a rule against introspection still rejects %s', async (query) => {
  const { executor, prepared } = createRecorder();
  const { url, stop } = await startGraphqlServer<IncomingRequest>({
    executor,
    publicErrors,
    validationRules: [NoSchemaIntrospectionCustomRule],
    context: (request) => request,
    checkReady: async () => ({}),
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log: captureLog().log,
  });
  onTestFinished(stop);
  for (let time = 1; time <= 2; time++) {
    const response = await post(url, { query });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  }
  expect(prepared).toEqual([]);
});
