import { describe, expect, test } from 'vitest';
import { fixture } from '../../support/files.ts';
import { createStored } from '../../support/graphql/documents.ts';
import { untyped } from '../../support/graphql/request.ts';
import { startSystem } from '../../support/systems/system.ts';

const timeout = 60_000;
const maxResponseBytes = 20_000;
const image = { data: fixture('four-colours.png').toString('base64') };
const description = 'words '.repeat(400);

/** Selects as many long texts, so that 8 fit into the limit and 9 do not. */
const texts = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: description`).join(' ');

describe.each([
  ['memory', 'compiled'],
  ['network', 'compiled'],
  ['memory', 'apollo'],
  ['network', 'apollo'],
] as const)('with calls over the %s and the %s executor', (calls, executor) => {
  test('a response over its limit is RESPONSE_TOO_LARGE, without data, and a mutation is executed', {
    timeout,
  }, async () => {
    const system = await startSystem({}, { calls, executor, maxResponseBytes });
    try {
      const { request } = await system.signUp();
      await request.data(createStored, { input: { title: 'A', description, image } });
      for (let time = 1; time <= 3; time++) {
        const query = (count: number) => untyped(`{ resources { nodes { ${texts(count)} owner { username } } } }`);
        expect(await request(query(8))).toMatchObject({ status: 200, errors: [] });
        const { status, text } = await request(query(9));
        expect([status, JSON.parse(text)]).toEqual([
          200,
          {
            errors: [
              {
                message: 'The response would be over 20000 bytes: select fewer fields, or ask for shorter lists.',
                extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes: maxResponseBytes },
              },
            ],
            data: null,
          },
        ]);
      }
      const create = untyped(
        `mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { id ${texts(9)} } } }`,
      );
      const { status, errors, text } = await request(create, { input: { title: 'B', description, image } });
      expect([status, JSON.parse(text).data, errors]).toEqual([
        200,
        null,
        [
          {
            message: expect.stringMatching(/^The mutation was executed, but its response would be over 20000 bytes/),
            extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes: maxResponseBytes },
          },
        ],
      ]);
      const count = await request.data(untyped('{ resources { totalCount } }'));
      expect(count).toEqual({ resources: { totalCount: 2 } });
    } finally {
      await system.stop();
    }
  });
});

test('a subgraph whose response is too large for the gateway costs the whole operation', { timeout }, async () => {
  const system = await startSystem({}, { maxResponseBytes });
  try {
    const { request } = await system.signUp();
    await request.data(createStored, { input: { title: 'A', description, image } });
    const both = untyped(`{ me { username } resources { nodes { ${texts(9)} } } }`);
    const { status, text } = await request(both);
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { data: null, errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE' } }] },
    ]);
  } finally {
    await system.stop();
  }
});
