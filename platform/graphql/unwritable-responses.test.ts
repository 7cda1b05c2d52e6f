import { buildSchema, type GraphQLScalarType } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { publicErrors } from '../../schema/error-codes.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { post } from '../../tests/support/subgraphs/tiny-server.ts';
import type { IncomingRequest } from './graphql-endpoint.ts';
import { startGraphqlServer } from './server.ts';

/** Starts a server whose only field has a value that JSON cannot write, as one whose text is too long for V8. */
async function startUnwritable(toJSON: () => unknown) {
  const schema = buildSchema('scalar Huge type Query { huge: Huge hello: String }');
  Object.assign(schema.getType('Huge') as GraphQLScalarType, { serialize: () => ({ toJSON }) });
  Object.assign(schema.getQueryType()?.getFields().huge ?? {}, { resolve: () => 'any' });
  const { log, lines } = captureLog();
  const { url, stop } = await startGraphqlServer<IncomingRequest>({
    schema,
    publicErrors,
    context: (request) => request,
    checkReady: async () => ({}),
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log,
  });
  onTestFinished(stop);
  return { url, lines };
}

test.each<[string, () => unknown]>([
  ['too long for V8', () => 'x'.repeat(2 ** 30)],
  ['nested too deep for V8', () => JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)],
  ['no JSON', () => 1n],
])('a response that is %s is a bug with a request id and its cause in the log', async (_, toJSON) => {
  const { url, lines } = await startUnwritable(toJSON);
  for (const requestId of ['first', 'second', 'third']) {
    lines.length = 0;
    const response = await post(url, { query: '{ hello huge }' }, { 'x-request-id': requestId });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([500, requestId]);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Something went wrong on our side.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
        },
      ],
    });
    const bugs = lines.filter(({ msg }) => msg === 'bug');
    expect(bugs).toMatchObject([
      { level: 50, requestId, err: { message: expect.stringMatching(/length|stack|BigInt/) } },
    ]);
  }
  expect(await (await post(url, { query: '{ hello }' })).json()).toEqual({ data: { hello: null } });
});
