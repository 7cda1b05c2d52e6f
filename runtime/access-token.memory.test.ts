import { generateKeyPairSync, sign } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate, keyId } from './access-token.ts';

// Short, as thousands are signed with it.
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
const issuer = 'https://auth.example';
const audience = 'https://api.example';
const head = encode({ alg: 'RS256', typ: 'at+jwt', kid: keyId(publicKey) });

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function headerFor(sub: string): string {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const text = `${head}.${encode({ iss: issuer, aud: audience, sub, exp })}`;
  return `Bearer ${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}

const verifier = () => createAuthenticate({ verificationKey: publicKey, issuer, audience });
const refusal = (reason: string) => expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason } });

/** Watches the real thing, which still does its work. */
function watchVerify() {
  const verify = vi.spyOn(jwt, 'verify');
  onTestFinished(() => verify.mockRestore());
  return verify;
}

test('a token that held expires all the same, to the second', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const authenticate = verifier();
  const header = headerFor('ada');
  authenticate(header);
  vi.setSystemTime(Date.now() + 59_999);
  expect(authenticate(header)).toEqual({ id: 'ada' });
  vi.setSystemTime(Date.now() + 1);
  expect(() => authenticate(header)).toThrow(refusal('EXPIRED'));
});

test('a token that held lends nothing to one with the same claims and another signature', () => {
  const authenticate = verifier();
  const header = headerFor('ada');
  authenticate(header);
  const forged = `${header.slice(0, -10)}${header.at(-10) === 'A' ? 'B' : 'A'}${header.slice(-9)}`;
  expect(() => authenticate(forged)).toThrow(refusal('INVALID'));
});

test('a token that does not hold is not remembered', () => {
  const authenticate = verifier();
  const forged = `${headerFor('ada').slice(0, -10)}AAAAAAAAAA`;
  expect(() => authenticate(forged)).toThrow(refusal('INVALID'));
  expect(() => authenticate(forged)).toThrow(refusal('INVALID'));
});

test('the signature of a token that held is checked once', () => {
  const verify = watchVerify();
  const authenticate = verifier();
  const header = headerFor('ada');
  expect([authenticate(header), authenticate(header)]).toEqual([{ id: 'ada' }, { id: 'ada' }]);
  expect(verify).toHaveBeenCalledTimes(1);
});

test('ten thousand tokens are remembered, and the one unused longest makes room for the next', () => {
  const verify = watchVerify();
  const authenticate = verifier();
  const first = headerFor('ada');
  const second = headerFor('grace');
  authenticate(second);
  authenticate(first);
  for (let index = 0; index < 9_999; index++) authenticate(headerFor(`user-${index}`));
  verify.mockClear();
  authenticate(first);
  expect(verify).not.toHaveBeenCalled();
  expect(authenticate(second)).toEqual({ id: 'grace' });
  expect(verify).toHaveBeenCalledTimes(1);
});
