import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import * as client from '../../../clients/typescript/generated/operations.ts';
import * as tests from '../../../tests/generated/graphql.ts';
import { run } from '../../../tests/support/spawned.ts';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const trusted = JSON.parse(read('trusted-documents.json')) as Record<string, string>;

/** What a module of documents exports that are operations, as texts. */
const operationsOf = (module: object) =>
  Object.entries(module)
    .filter(([name]) => name.endsWith('Document'))
    .map(([, document]) => String(document));

test('what is committed is what the SDL and the documents make: after a change of either, npm run codegen', async () => {
  const process = run('schema/tools/codegen/main.ts', {}, '--check');
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
});

test('every document that the client or a test sends is trusted by the SHA-256 of its very text', () => {
  const sent = [...operationsOf(client), ...operationsOf(tests)];
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(sent.length).toBeGreaterThan(20);
  expect(Object.fromEntries(sent.map((text) => [sha256(text), text]))).toEqual(trusted);
});

test('each trusted document is an operation that the API offers', () => {
  const schema = buildSchema(read('schema/api.graphql'));
  expect(Object.values(trusted).flatMap((text) => validate(schema, parse(text)))).toEqual([]);
});
