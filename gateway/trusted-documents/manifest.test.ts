import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../platform/process/startup-error.ts';
import { folderOfTest } from '../../tests/support/files.ts';
import { joinManifests, ownManifest, readManifest } from './manifest.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function fileOf(content: unknown): string {
  const file = join(folderOfTest(), 'manifest.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const me = '{ me { id } }';
const apollo = (...operations: object[]) => ({ format: 'apollo-persisted-query-manifest', version: 1, operations });

describe('a manifest', () => {
  test.each([
    ['an object of documents by id', { [sha256(me)]: me }],
    ['one of graphql-codegen with another hash', { abc: me }],
    ['one of Apollo', apollo({ id: 'abc', name: 'Me', type: 'query', body: me })],
  ])('may be %s', (_, content) => {
    const documents = joinManifests(readManifest(fileOf(content)));
    expect(documents.has(me)).toBe(true);
    expect(documents.get(sha256(me))).toBe(me);
  });

  test('names its documents by its own ids, too', () => {
    const documents = joinManifests(readManifest(fileOf(apollo({ id: 'abc', name: 'Me', type: 'query', body: me }))));
    expect([documents.get('abc'), documents.get('other'), documents.has(`${me} `)]).toEqual([me, undefined, false]);
  });

  test('of this project is complete, and has its documents by their hash', () => {
    const entries = readManifest(ownManifest);
    expect(entries.length).toBeGreaterThan(20);
    for (const [id, text] of entries) expect(id).toBe(sha256(text));
  });

  test('does not take names of Object for ids', () => {
    const documents = joinManifests(readManifest(fileOf({ abc: me })));
    for (const id of ['__proto__', 'constructor', 'toString']) expect(documents.get(id)).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ['is no JSON', '{', 'manifest.json: '],
    ['is a list', [me], 'neither an apollo-persisted-query-manifest of version 1 nor an object of documents'],
    ['has another version', { ...apollo(), version: 2 }, 'neither an apollo-persisted-query-manifest of version 1'],
    ['has a document that is no text', { abc: { body: me } }, 'neither an apollo-persisted-query-manifest'],
    ['has an operation without a body', apollo({ id: 'abc' }), 'neither an apollo-persisted-query-manifest'],
    ['has a document with a syntax error', { abc: '{ me' }, 'the document abc cannot be parsed (Syntax Error'],
  ])('that %s is a StartupError', (_, content, message) => {
    const read = () => readManifest(fileOf(content));
    expect(read).toThrow(StartupError);
    expect(read).toThrow(message);
  });

  test('that is missing is a StartupError', () => {
    expect(() => readManifest(join(folderOfTest(), 'none.json'))).toThrow(StartupError);
  });
});

describe('two manifests', () => {
  test('are trusted together, and may share documents', () => {
    const documents = joinManifests([['a', me]], [['a', me]], [['b', '{ sessions { id } }']]);
    expect([documents.get('a'), documents.get('b')]).toEqual([me, '{ sessions { id } }']);
  });

  test('may not have the same id for different documents', () => {
    expect(() => joinManifests([['a', me]], [['a', '{ sessions { id } }']])).toThrow(StartupError);
    expect(() => joinManifests([[sha256(me), '{ sessions { id } }']], [['a', me]])).toThrow(StartupError);
  });
});
