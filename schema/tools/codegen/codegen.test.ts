import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import * as client from '../../../clients/typescript/generated/operations.ts';
import { run } from '../../../tests/support/systems/spawned.ts';
import { order, readExample } from '../api-docs/examples.ts';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const trusted = JSON.parse(read('trusted-documents.json')) as Record<string, string>;

/** The texts of the operations that a module exports. */
const operationsOf = (module: object) =>
  Object.entries(module)
    .filter(([name]) => name.endsWith('Document'))
    .map(([, document]) => String(document));

test('the committed files are current: run npm run codegen after a change of the SDL or a document', async () => {
  const process = run('schema/tools/codegen/main.ts', {}, '--check');
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
});

test('exactly the documents of the client, the explorer and the examples are trusted, by the SHA-256 of their text', () => {
  const mission = read('gateway/explorer/page/mission/mission.ts');
  const tabs = [...mission.matchAll(/query: `([^`]+)`/g)].map(([, query = '']) => query);
  const examples = order.map((name) => readExample(name).document);
  const sent = [...operationsOf(client), ...tabs, ...examples];
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(sent.length).toBeGreaterThan(20);
  expect(Object.fromEntries(sent.map((text) => [sha256(text), text]))).toEqual(trusted);
});

test('every trusted document is valid against the API', () => {
  const schema = buildSchema(read('schema/api.graphql'));
  expect(Object.values(trusted).flatMap((text) => validate(schema, parse(text)))).toEqual([]);
});
