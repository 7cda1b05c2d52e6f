import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../process/startup-error.ts';
import { readGatewayKeys } from './gateway-keys.ts';

const bytes = randomBytes(32);
const text = bytes.toString('base64url');

test.each([
  ['base64url', text],
  ['base64', bytes.toString('base64')],
])('a key is read as %s', (_, line) => {
  expect(readGatewayKeys(line).map(({ key }) => key.export())).toEqual([bytes]);
});

test('a key may be longer', () => {
  expect(readGatewayKeys(randomBytes(64).toString('base64url'))[0].key.symmetricKeySize).toBe(64);
});

test('each line has a key, of which the first comes first', () => {
  const other = randomBytes(32);
  const read = readGatewayKeys(`${text}\n${other.toString('base64url')}\n`);
  expect(read.map(({ key }) => key.export())).toEqual([bytes, other]);
});

test('the id of a key is the same each time, differs between keys, and is no part of the key', () => {
  const [{ id }] = readGatewayKeys(text);
  const [other] = readGatewayKeys(randomBytes(32).toString('base64url'));
  expect(id).toMatch(/^[\w-]{12}$/);
  expect(readGatewayKeys(text)[0].id).toBe(id);
  expect(other.id).not.toBe(id);
  expect(text).not.toContain(id);
});

describe('a file is rejected, with words that say how to make one and do not quote it,', () => {
  test.each([
    ['if a key is shorter', randomBytes(31).toString('base64url')],
    ['if a line contains spaces', `${'x'.repeat(40)} ${'x'.repeat(40)}`],
    ['if it contains characters outside base64', 'ü'.repeat(60)],
    ['if it is a private key', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC'],
    ['if its second key is shorter', `${text}\n${randomBytes(31).toString('base64url')}`],
  ])('%s', (_, content) => {
    const read = () => readGatewayKeys(content);
    expect(read).toThrow(StartupError);
    expect(read).toThrow('`npm run secrets` makes one.');
    for (const line of content.split('\n')) expect(read).not.toThrow(line);
  });
});
