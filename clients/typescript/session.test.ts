import { expect, test } from 'vitest';
import { sessionIdOf } from './session.ts';

const base64url = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64url');

test('sessionIdOf returns the claim sid of the access token', () => {
  // Base64url of this payload contains - and _.
  const accessToken = `header.${base64url({ sub: '??>>~~', sid: 'session-1' })}.signature`;
  expect(sessionIdOf({ accessToken, refreshToken: 'refresh' })).toBe('session-1');
});

test.each([
  ['no JWT', 'opaque'],
  ['a JWT without sid', `header.${base64url({ sub: 'ada' })}.signature`],
  ['a JWT whose sid is no string', `header.${base64url({ sid: 1 })}.signature`],
])('sessionIdOf returns the refresh token when the access token is %s', (_, accessToken) => {
  expect(sessionIdOf({ accessToken, refreshToken: 'refresh' })).toBe('refresh');
});
