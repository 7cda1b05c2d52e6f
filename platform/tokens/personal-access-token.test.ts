import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPersonalAccessToken, hashPersonalAccessToken, isPersonalAccessToken } from './personal-access-token.ts';

const token = createPersonalAccessToken();

test('a token has the prefix, 256 random bits and a checksum of 32 bits', () => {
  expect(token).toMatch(/^isg_pat_[\w-]{48}$/);
  const bytes = Buffer.from(token.slice('isg_pat_'.length), 'base64url');
  const checksum = createHash('sha256').update(bytes.subarray(0, 32)).digest().subarray(0, 4);
  expect(bytes.subarray(32)).toEqual(checksum);
  expect(isPersonalAccessToken(token)).toBe(true);
});

test('tokens are random in each of their first bytes', () => {
  const tokens = Array.from({ length: 100 }, createPersonalAccessToken);
  expect(new Set(tokens).size).toBe(100);
  for (const at of [8, 20, 30, 49]) expect(new Set(tokens.map((each) => each[at])).size).toBeGreaterThan(10);
});

test('a token is sent as a bearer token without escapes', () => {
  for (let time = 0; time < 100; time += 1) expect(createPersonalAccessToken()).toMatch(/^[\w.~+/-]+=*$/);
});

describe('no token is', () => {
  test.each([
    ['an empty text', ''],
    ['the prefix alone', 'isg_pat_'],
    ['a token without its prefix', token.slice('isg_pat_'.length)],
    ['a token under another prefix', token.replace('isg_pat_', 'isg_tok_')],
    ['a token that is cut short', token.slice(0, -1)],
    ['a token with a character added', `${token}A`],
    ['a token with padding', `${token}=`],
    ['a token with a space', `${token} `],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
  ])('%s', (_, text) => {
    expect(isPersonalAccessToken(text)).toBe(false);
  });

  test('a token with any one character changed', () => {
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'x' ? 'y' : 'x'}${token.slice(at + 1)}`;
      expect(isPersonalAccessToken(changed)).toBe(false);
    }
  });
});

test('a hash is the SHA-256 of the whole token', () => {
  expect(hashPersonalAccessToken(token)).toBe(createHash('sha256').update(token).digest('base64url'));
});
