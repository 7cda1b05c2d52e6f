import { describe, expect, test } from 'vitest';
import { createRefreshToken, hashRefreshToken } from './refresh-tokens.ts';

describe('a refresh token', () => {
  test('is 256 random bits in base64url', () => {
    const tokens = Array.from({ length: 100 }, () => createRefreshToken());
    expect(new Set(tokens).size).toBe(100);
    expect(new Set(tokens.map((token) => hashRefreshToken(token).family)).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });

  test('of a later renewal has the same family', () => {
    const first = createRefreshToken();
    const next = Array.from({ length: 100 }, () => createRefreshToken(first));
    expect(new Set([first, ...next]).size).toBe(101);
    expect(new Set([first, ...next].map((token) => hashRefreshToken(token).family)).size).toBe(1);
    for (const token of next) expect(token).toMatch(/^[\w-]{43}$/);
  });

  test('is stored as its SHA-256', () => {
    expect(hashRefreshToken('abc').hash).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  test.each([
    ['longer', (token: string) => `${token}A`],
    ['padded', (token: string) => `${token}=`],
    ['shorter', (token: string) => token.slice(0, -1)],
    ['in lower case', (token: string) => token.toLowerCase()],
    ['without its first character', (token: string) => token.slice(1)],
    [
      'with a changed character',
      (token: string) => token.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
    ],
    ['with a space inside', (token: string) => token.replace(/(?=.{20}$)/, ' ')],
    ['doubled', (token: string) => token + token],
    ['of 43 other characters', () => 'A'.repeat(43)],
    ['empty', () => ''],
  ])('has no family if it is %s', (_, change) => {
    expect(hashRefreshToken(change(createRefreshToken())).family).toBe('');
  });
});
