import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../support/system.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocksOf = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** What differs from run to run: ids, tokens, and the port that images are served from. */
const steady = (text: string) =>
  text
    .replace(/"accessToken":"eyJhbGciOiJSUzI1NiIs[^"]*"/g, '"accessToken":"…"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/images\/public\/[0-9a-f]{24}/g, 'url');

test('the session prints what README says that it prints', async () => {
  const script = blocksOf('bash').join('\n').replaceAll('http://127.0.0.1:4000/graphql', system.gateway);
  const printed = [...blocksOf('json').slice(0, 2), ...blocksOf('text'), ...blocksOf('json').slice(2)];
  const { stdout } = await promisify(execFile)('bash', ['-ec', `{ ${script} } 2>&1 | cat`], { cwd: root });
  const squeeze = (text: string) => steady(text).replaceAll('\n', '');
  expect(squeeze(stdout)).toBe(squeeze(printed.join('')));
});

test('the examples are valid against the schema', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));
  const examples = blocksOf('graphql');
  expect(examples).toHaveLength(5);
  expect(examples.flatMap((example) => validate(schema, parse(example)))).toEqual([]);
});

test('every file that README links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) expect(() => readFileSync(new URL(`../../${link}`, import.meta.url))).not.toThrow();
});
