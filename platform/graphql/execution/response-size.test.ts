import { buildSubgraphSchema } from '@apollo/subgraph';
import { gql } from 'graphql-tag';
import { describe, expect, onTestFinished, test } from 'vitest';
import { publicErrors } from '../../../schema/error-codes.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { post, startTinyServer } from '../../../tests/support/subgraphs/tiny-server.ts';
import type { IncomingRequest } from '../graphql-endpoint.ts';
import { startGraphqlServer } from '../server.ts';
import { cancellable } from './cancellation.ts';

const maxResponseBytes = 1_000;
const query = 'query ($text: String!) { echo(text: $text) }';
const room = maxResponseBytes - Buffer.byteLength('{"data":{"echo":""}}');
const tooLarge = (message: RegExp) => ({
  errors: [
    { message: expect.stringMatching(message), extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes: maxResponseBytes } },
  ],
  data: null,
});

describe('a response', () => {
  test.each<[string, string, number]>([
    ['ASCII', 'x', 1],
    ['UTF-8', '東', 3],
    ['emoji', '🙂', 4],
    ['escapes', '"', 2],
    ['control characters', '\u0001', 6],
  ])('of the most bytes is sent, and one more is RESPONSE_TOO_LARGE: %s', async (_, character, bytes) => {
    const { url, log } = await startTinyServer({ maxResponseBytes });
    const fits = character.repeat(Math.floor(room / bytes)) + 'x'.repeat(room % bytes);
    // graphql-js runs the first request, graphql-jit the third.
    for (let time = 1; time <= 3; time++) {
      const sent = await post(url, { query, variables: { text: fits } });
      const text = await sent.text();
      expect([sent.status, Buffer.byteLength(text.trimEnd()), JSON.parse(text)]).toEqual([
        200,
        maxResponseBytes,
        { data: { echo: fits } },
      ]);
      const rejected = await post(url, { query, variables: { text: `${fits}x` } });
      expect([rejected.status, await rejected.json()]).toEqual([200, tooLarge(/over 1000 bytes: select fewer/)]);
    }
    const codes = log.filter(({ msg }) => msg === 'answered').map((line) => line.codes);
    expect(codes).toEqual(
      Array(3)
        .fill([undefined, ['RESPONSE_TOO_LARGE']])
        .flat(),
    );
  });

  test('whose errors have no room is RESPONSE_TOO_LARGE', async () => {
    const { url } = await startTinyServer({ maxResponseBytes });
    const aliases = Array.from({ length: 20 }, (_, index) => `a${index}: missing`);
    expect(await (await post(url, { query: `{ ${aliases.join(' ')} }` })).json()).toEqual(tooLarge(/select fewer/));
  });

  test('to a mutation that is too large says that it was executed, with all of its fields', async () => {
    const { url, changes } = await startTinyServer({ maxResponseBytes });
    const aliases = Array.from({ length: 10 }, (_, index) => `${'a'.repeat(100)}${index}: change`);
    const response = await post(url, { query: `mutation { ${aliases.join(' ')} }` });
    expect([response.status, await response.json()]).toEqual([200, tooLarge(/^The mutation was executed, but/)]);
    expect(changes()).toBe(10);
  });
});

describe('an operation whose strings are over the limit while it is executed', () => {
  /** A server with lists of long texts; counts the lists and texts that are resolved. */
  async function startTexts() {
    const calls = { lists: 0, texts: 0 };
    const things = cancellable(async () => {
      calls.lists += 1;
      return Array.from({ length: 10 }, () => ({}));
    }, maxResponseBytes);
    const text = cancellable(() => {
      calls.texts += 1;
      return 'x'.repeat(100);
    }, maxResponseBytes);
    const typeDefs = gql`
      type Query { things: [Thing] }
      type Mutation { change: [Thing] }
      type Thing { text: String things: [Thing] }
    `;
    const resolvers = { Query: { things }, Mutation: { change: things }, Thing: { things, text } };
    const { log, lines } = captureLog();
    const { url, stop } = await startGraphqlServer<IncomingRequest>({
      schema: buildSubgraphSchema({ typeDefs, resolvers } as Parameters<typeof buildSubgraphSchema>[0]),
      publicErrors,
      maxResponseBytes,
      context: (request) => request,
      checkReady: async () => ({}),
      listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
      log,
    });
    onTestFinished(stop);
    return { url, calls, lines };
  }

  test('stops as a query', async () => {
    const { url, calls, lines } = await startTexts();
    const nested = '{ things { text things { text things { text } } } }';
    for (let time = 1; time <= 3; time++) {
      Object.assign(calls, { lists: 0, texts: 0 });
      expect(await (await post(url, { query: nested })).json()).toEqual(tooLarge(/select fewer/));
      // All would be 111 lists with 1,110 texts.
      expect(calls.texts).toBe(11);
      expect(calls.lists).toBeLessThan(12);
    }
    expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  test('executes every field of a mutation', async () => {
    const { url, calls } = await startTexts();
    const mutation = 'mutation { a: change { text } b: change { text } c: change { text } }';
    expect(await (await post(url, { query: mutation })).json()).toEqual(tooLarge(/^The mutation was executed/));
    expect(calls).toEqual({ lists: 3, texts: 11 });
  });
});
