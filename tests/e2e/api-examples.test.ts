import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiErrorCodes } from '../../schema/error-codes.ts';
import { answerFile, costsFile, fill, order, readExample } from '../../schema/tools/api-docs/examples.ts';
import { apiDocs } from '../../schema/tools/api-docs/page.ts';
import { createPlaceholders } from '../support/graphql/placeholders.ts';
import { requestTo, untyped } from '../support/graphql/request.ts';
import { type System, startSystem } from '../support/systems/system.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** Responses as received, with the ids and tokens of this run. */
const answers = new Map<string, { data?: unknown; errors?: unknown }>();
const costs: Record<string, number> = {};
const withPlaceholders = createPlaceholders(Date.now());

async function answerTo(name: string) {
  const { token, document, variables } = readExample(name);
  const accessToken = token && fill(token, answers);
  // Sessions are listed by the millisecond of their last use: no two may share one.
  await setTimeout(2);
  const request = requestTo(system.gateway, accessToken, {
    ...{ 'user-agent': 'The examples', 'x-graphql-cost': '1' },
  });
  const { text } = await request(untyped(document), variables && JSON.parse(fill(variables, answers)));
  const { extensions, ...answer } = JSON.parse(text) as { extensions: { cost: number } };
  costs[name] = extensions.cost;
  answers.set(name, answer);
  return answers.get(name);
}

describe('the examples of docs/api.md, in order, have the responses shown there:', () => {
  // npx vitest run tests/e2e/api-examples.test.ts -u records them again, after an intended change.
  test.each(order.map((name, index) => ({ name, isFirst: order.indexOf(name) === index })))(
    '$name',
    async ({ name, isFirst }) => {
      const answer = await answerTo(name);
      if (isFirst)
        await expect(`${JSON.stringify(withPlaceholders(answer), null, 2)}\n`).toMatchFileSnapshot(
          fileURLToPath(answerFile(name)),
        );
      else expect(answer).not.toHaveProperty('errors');
    },
  );
});

test('the examples have the costs shown there', async () => {
  await expect(`${JSON.stringify(costs, null, 2)}\n`).toMatchFileSnapshot(fileURLToPath(costsFile));
});

test('no example is left out', () => {
  const files = readdirSync(new URL('.', answerFile('')));
  const names = files.flatMap((file) => /^(.+)\.graphql$/.exec(file)?.[1] ?? []);
  expect([...new Set<string>(order)].sort()).toEqual(names.sort());
});

test('every query and mutation has an example without an error', () => {
  const schema = buildSchema(read('schema/api.graphql'));
  const operations = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  const clean = order.filter((name) => !('errors' in JSON.parse(readFileSync(answerFile(name), 'utf8'))));
  const shown = clean.flatMap((name) => readExample(name).fields);
  expect(operations.filter((operation) => !shown.includes(operation))).toEqual([]);
  expect(operations).toHaveLength(20);
});

test('docs/api.md is current: after a change, npm run compose', () => {
  expect(read('docs/api.md')).toBe(apiDocs(read('schema/api.graphql')));
});

test('docs/api.md lists every error code', () => {
  const [, errors = ''] = /^## Errors\n([\s\S]*?)^## /m.exec(read('docs/api.md')) ?? [];
  const listed = [...errors.matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)].flatMap(
    ([, codes = '']) => codes.match(/[A-Z_]+/g) ?? [],
  );
  expect(listed.sort()).toEqual([...apiErrorCodes, 'INTERNAL_SERVER_ERROR'].sort());
});

test('every link in docs/api.md leads to a heading', () => {
  const docs = read('docs/api.md');
  const headings = [...docs.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
  const links = [...docs.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => !headings.includes(String(link)))).toEqual([]);
  expect(links.length).toBeGreaterThan(50);
  expect(new Set(headings).size).toBe(headings.length);
});
