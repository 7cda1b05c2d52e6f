import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resourceCount, viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import type { SendRequest } from '../../support/graphql/request.ts';
import { listen, type TestServer } from '../../support/http/servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
let elsewhere: TestServer;
const requestedUrls: string[] = [];
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  elsewhere = await listen((req, res) => {
    requestedUrls.push(req.url ?? '');
    res.end('{}');
  });
});
afterAll(async () => {
  await elsewhere.stop();
  await system.stop();
});

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const partsOf = (token: string) => token.split('.').slice(0, 2).map(decode) as [jwt.JwtHeader, JwtPayload];
const signingKey = () => {
  const folder = join(system.dataFolder, 'secrets/signing-keys');
  const [name = ''] = readdirSync(folder);
  return readFileSync(join(folder, name), 'utf8');
};
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: string | KeyObject;
  algorithm?: jwt.Algorithm;
}

/** Signs ada's token with other claims, another header, another algorithm or another key. */
function forge({ header = {}, claims = {}, key = signingKey(), algorithm = 'RS256' }: Forgery): string {
  const [realHeader, realClaims] = partsOf(ada.accessToken);
  const payload = { ...realClaims, ...claims };
  for (const name of Object.keys(payload)) if (payload[name] === undefined) delete payload[name];
  return jwt.sign(payload, key, { algorithm, header: { ...realHeader, alg: algorithm, ...header } });
}

const now = () => Math.floor(Date.now() / 1000);
const invalid = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

const forgeries: Record<string, () => string> = {
  'alg none': () => {
    const [header, claims] = partsOf(ada.accessToken);
    return `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`;
  },
  'HS256 with the public key as its secret': () => {
    const [header, claims] = partsOf(ada.accessToken);
    const secret = createPublicKey(signingKey()).export({ type: 'spki', format: 'pem' });
    const signed = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  },
  'another algorithm of the same key': () => forge({ algorithm: 'RS512' }),
  'another key under our kid': () => forge({ key: stranger }),
  'another audience': () => forge({ claims: { aud: 'urn:somebody:else' } }),
  'another issuer': () => forge({ claims: { iss: 'urn:somebody:else' } }),
  'another type': () => forge({ header: { typ: 'JWT' } }),
  'no type': () => forge({ header: { typ: undefined } }),
  'a not-before time in the future': () => forge({ claims: { nbf: now() + 3600 } }),
  'no expiry': () => forge({ claims: { exp: undefined } }),
  'no subject': () => forge({ claims: { sub: undefined } }),
  'an unknown kid': () => forge({ header: { kid: 'somebody-else' } }),
  'a kid that is a path': () => forge({ header: { kid: '../../../../dev/null' } }),
  'no kid': () => forge({ header: { kid: undefined } }),
  'an embedded key': () =>
    forge({ key: stranger, header: { kid: undefined, jwk: createPublicKey(stranger).export({ format: 'jwk' }) } }),
  'a key set at another URL': () =>
    forge({ key: stranger, header: { jku: `${elsewhere.url}/jwks`, x5u: `${elsewhere.url}/x5u` } }),
  'an extension that must be understood': () => forge({ header: { crit: ['exp'] } }),
  'claims changed after it was signed': () => {
    const [header, claims] = partsOf(ada.accessToken);
    return `${encode(header)}.${encode({ ...claims, sub: 'somebody-else' })}.${ada.accessToken.split('.')[2]}`;
  },
  'no end': () => ada.accessToken.slice(0, -20),
};

describe.each([
  ['me', (request: SendRequest) => request.error(viewer)],
  ['resources', (request: SendRequest) => request.error(resourceCount)],
] as const)('%s rejects a token with', (_, errorOf) => {
  test.each(Object.entries(forgeries))('%s', async (_name, token) => {
    expect(await errorOf(system.as(token()))).toEqual(invalid);
  });

  test('an expired token, with reason EXPIRED', async () => {
    const token = forge({ claims: { iat: now() - 1000, exp: now() - 1 } });
    expect(await errorOf(system.as(token))).toEqual({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' });
  });
});

test('a token forged without any change is accepted, so the others are rejected for their change', async () => {
  expect(await system.as(forge({})).data(viewerAndCount)).toHaveProperty('me.id', ada.id);
});

test('no key was fetched from a URL in a token', () => {
  expect(requestedUrls).toEqual([]);
});

test('resources accepts a valid token while auth is down', async () => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ada.accessToken}` };
  const body = JSON.stringify({ query: String(resourceCount) });
  const response = await fetch(system.resources, { method: 'POST', headers, body });
  expect(await response.json()).toEqual({ data: { resources: { totalCount: 0 } } });
});
