import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fixedKeySet } from '../platform/tokens/key-set.ts';
import { captureLog } from '../tests/support/captured-log.ts';
import { listenAsSubgraph } from '../tests/support/subgraphs/subgraph-client.ts';
import { post } from '../tests/support/subgraphs/tiny-server.ts';

import type { ExecutorName } from './executor.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';

/** Starts a gateway in front of a fake auth subgraph that records the queries it receives. */
async function startRecording(executor: ExecutorName) {
  const queries: string[] = [];
  const auth = await listenAsSubgraph(async (req, res) => {
    queries.push((JSON.parse(await text(req)) as { query: string }).query);
    res.end('{"data":{"login":null,"a":null}}');
  });
  const timeouts = { timeoutMs: 5_000, mutationTimeoutMs: 5_000 };
  const { url, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({ name, transport: createHttpTransport(auth), ...timeouts })),
    executor,
    verifier: { keys: fixedKeySet([]) },
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog().log,
  });
  onTestFinished(stop);
  const send = async (body: unknown) => {
    const response = await post(url, body);
    const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return [response.status, ...errors.map(({ extensions }) => extensions.code)];
  };
  return { send, queries };
}

const logIn = 'login(input: { username: "ada", password: "correct horse" })';
const register = 'register(input: { username: "ada", password: "correct horse" })';
const yes = { yes: true };
const no = { yes: false };
const conditional = `mutation ($yes: Boolean!) { a: ${logIn} @include(if: $yes) { expiresIn } b: ${logIn} @skip(if: $yes) { expiresIn } }`;
const good = `mutation Good { a: ${logIn} { expiresIn } }`;
const bad = `mutation Bad { a: ${logIn} { expiresIn } b: ${logIn} { expiresIn } }`;
const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(bad).digest('hex') };
const rejected = [400, 'GRAPHQL_VALIDATION_FAILED'];

/** Request bodies, in the order they are sent. */
const bodies: Record<string, object[]> = {
  'under aliases': [{ query: bad }],
  'of different mutations': [{ query: `mutation { ${logIn} { expiresIn } ${register} { expiresIn } }` }],
  'in fragments': [
    {
      query: `mutation { ...A ... on Mutation { b: ${logIn} { expiresIn } } }
        fragment A on Mutation { ... { a: ${logIn} { expiresIn } } }`,
    },
  ],
  'around a field of another subgraph': [
    {
      query: `mutation {
        a: ${logIn} { expiresIn }
        deleteResource(input: { id: "1" }) { deletedResourceId }
        b: ${logIn} { expiresIn }
      }`,
    },
  ],
  'under conditions, with either value': [
    { query: conditional, variables: yes },
    { query: conditional, variables: no },
  ],
  'of which none is executed': [
    { query: `mutation { a: ${logIn} @skip(if: true) { expiresIn } b: ${logIn} @include(if: false) { expiresIn } }` },
  ],
  'in the other operation of a document': [
    { query: `${good} ${bad}`, operationName: 'Good' },
    { query: `${good} ${bad}`, operationName: 'Bad' },
  ],
  'in a persisted query': [{ query: bad, extensions: { persistedQuery } }],
};

describe.each(['compiled', 'apollo'] as const)('with the executor %s', (executor) => {
  test.each(Object.entries(bodies))('rejects two log-ins in one operation each time: %s', async (_, requests) => {
    const { send, queries } = await startRecording(executor);
    for (let time = 1; time <= 3; time++) for (const body of requests) expect(await send(body)).toEqual(rejected);
    expect(queries).toEqual([]);
  });

  test('rejects two log-ins after one with the same operation name was accepted', async () => {
    const { send, queries } = await startRecording(executor);
    for (let time = 1; time <= 3; time++) {
      expect(await send({ query: good, operationName: 'Good' })).toEqual([200]);
      expect(await send({ query: bad.replace('Bad', 'Good'), operationName: 'Good' })).toEqual(rejected);
    }
    expect(queries).toHaveLength(3);
  });

  test('accepts one log-in that is selected twice', async () => {
    const { send, queries } = await startRecording(executor);
    const query = `mutation { ${logIn} { expiresIn } ...A } fragment A on Mutation { ${logIn} { tokenType } }`;
    for (let time = 1; time <= 3; time++) expect(await send({ query })).toEqual([200]);
    expect(queries.map((each) => each.match(/login/g)?.length)).toEqual([1, 1, 1]);
  });
});
