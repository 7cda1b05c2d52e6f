import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** The audits of GraphQL over HTTP, a draft of 2025, by the package graphql-http. */

let system: System;
let recommending: System;
const urls: Record<string, string> = {};
beforeAll(async () => {
  system = await startSystem();
  recommending = await startSystem({}, { jsonErrorStatus: 200 });
  Object.assign(urls, {
    'the gateway with JSON_ERROR_STATUS=200': recommending.gateway,
    'the gateway': system.gateway,
    auth: system.auth,
    resources: system.resources,
  });
});
afterAll(() => Promise.all([system.stop(), recommending.stop()]));

/** SHOULD use 200 on a parse, validation or coercion failure when accepting application/json. */
const statuses = ['572B', 'FDE2', '7B9B'];

describe.each([
  ['the gateway with JSON_ERROR_STATUS=200', []],
  ['the gateway', statuses],
  ['auth', statuses],
  ['resources', statuses],
] as const)('%s', (server, exceptions) => {
  const audits = serverAudits({ url: () => urls[server] ?? '' });
  const required = audits.filter(({ name }) => /^(MUST|SHOULD)/.test(name));

  test('is audited for every requirement and recommendation', () => {
    const count = (word: string) => audits.filter(({ name }) => name.startsWith(word)).length;
    expect([count('MUST'), count('SHOULD')]).toEqual([13, 23]);
  });

  test.each(required.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    const result = await audit.fn();
    const isException = (exceptions as readonly string[]).includes(audit.id);
    expect([result.status, 'reason' in result && result.reason]).toEqual(
      isException ? ['warn', 'Response status code is not 200'] : ['ok', false],
    );
  });
});

describe('with JSON_ERROR_STATUS=200', () => {
  test.each([
    ['a document that is not valid', '{ nothing }', 200],
    ['a syntax error', '{', 200],
    ['no such operation', 'fragment F on Query { me { id } }', 200],
    ['too many aliases', `{ ${'a: me { id } '.repeat(21)} }`, 400],
  ])('%s has the status of application/json only', async (_, query, status) => {
    const accepting = async (accept: string) => (await post(recommending.gateway, { query }, { accept })).status;
    expect([await accepting('application/json'), await accepting('*/*')]).toEqual([status, status]);
    expect(await accepting('application/graphql-response+json')).toBe(400);
  });

  test('variables of the wrong type have it, prepared or not', async () => {
    const query = untyped('query ($id: ID!) { resource(id: $id) { id } }');
    for (const variables of [{}, { id: 'x' }, {}]) {
      const answer = await requestTo(recommending.gateway)(query, variables);
      expect(answer.status).toBe(200);
    }
  });

  test('what is no GraphQL request is still 400', async () => {
    expect((await post(recommending.gateway, '{')).status).toBe(400);
    expect((await post(recommending.gateway, { query: 5 })).status).toBe(400);
    expect((await fetch(`${recommending.gateway}?query={me{id}}`)).status).toBe(400);
  });
});
