import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import { accessTokenType } from '../../../platform/tokens/access-token.ts';
import { fixedKeySet, keyId, type OpenKeySet } from '../../../platform/tokens/key-set.ts';
import { eventClaims, type SecurityEvent, securityEventType } from '../../../platform/tokens/security-event.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { temporaryFolder } from '../../../tests/support/files.ts';
import { requestTextTo } from '../../../tests/support/graphql/request.ts';
import { createImageClient } from '../image-service/client.ts';
import { startResources } from '../server.ts';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';
import { inlineDecoder } from './inline-decoder.ts';
import { imageOf } from './rules.ts';

const imageToken = 'a token of these tests';
export const issuer = 'https://auth.example';
export const audience = 'https://api.example';
export const eventAudience = 'https://api.example/events';

export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const kid = keyId(publicKey);

/** Signs a token as auth does, with other claims and header fields if given; a claim that is undefined is left out. */
function sign(claims: object, header: object = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const allClaims = Object.entries({ iss: issuer, iat: now, jti: randomUUID(), ...claims });
  const payload = Object.fromEntries(allClaims.filter(([, value]) => value !== undefined));
  const options = { algorithm: tokenAlgorithm, header: { alg: tokenAlgorithm, kid, ...header } } as const;
  return jwt.sign(payload, privateKey, { ...options, noTimestamp: !('iat' in payload) });
}

export const accessTokenOf = (userId: string, sessionId: string) =>
  sign({ aud: audience, sub: userId, sid: sessionId, exp: 4_102_444_800 }, { typ: accessTokenType });

/** A Security Event Token, with other claims and header fields if given. */
export const eventTokenOf = (event: SecurityEvent, claims: object = {}, header: object = {}) =>
  sign(
    { aud: eventAudience, ...eventClaims(event, { issuer, at: new Date() }), ...claims },
    { typ: securityEventType, ...header },
  );

export const purged = (userId: string): SecurityEvent => ({ type: 'account-purged', userId });
export const revoked = (userId: string, sessionId: string): SecurityEvent => ({
  ...{ type: 'session-revoked', userId, sessionId },
});

/** Creates a sender of events to one process of the subgraph. */
function pushTo(url: string) {
  const events = new URL('/events', url);
  const contentType = `application/${securityEventType}`;
  /** Pushes a body as RFC 8935 says, with other request options if given. */
  return async (body: string, init: RequestInit = {}) => {
    const headers = { 'content-type': contentType, ...init.headers };
    const response = await fetch(events, { method: 'POST', body, ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** Starts the subgraph with a database and a stand-in of its own; all are closed after the test. */
export async function startSubgraph({
  reconcileEveryMs = 20,
  keys = fixedKeySet([publicKey]) as OpenKeySet,
  onFinished = onTestFinished as (cleanUp: () => unknown) => void,
} = {}) {
  const [images, database] = [temporaryFolder(), temporaryFolder()];
  onFinished(images.remove);
  onFinished(database.remove);
  const service = await startImageService({ host: '127.0.0.1', port: 0, token: imageToken, folder: images.path });
  onFinished(() => service.stop(0));
  const file = join(database.path, 'resources.sqlite');
  const { log, lines } = captureLog();

  /** Starts another process on the same database. */
  const startOne = async () => {
    const server = await startResources({
      store: openSqliteResourceStore(file, { lockWait: { maxWaitMs: 50 } }),
      imageClient: createImageClient({
        ...{ baseUrl: `${service.url}/images/api/v1`, token: imageToken, timeoutMs: 5_000 },
      }),
      imageDecoder: inlineDecoder,
      timing: { requestMs: 10_000, settleMs: 300, reconcileEveryMs },
      verifier: { keys, issuer, audience },
      eventAudience,
      listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
      log,
    });
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= server.stop();
      return stopped;
    };
    onFinished(stop);
    return { ...sessionsOf(server.url), push: pushTo(server.url), url: server.url, stop };
  };

  return { ...(await startOne()), startOne, file, lines };
}

/** Starts one subgraph for all tests of a file or a `describe`, which must not depend on each other's users. */
export function sharedSubgraph(): () => Awaited<ReturnType<typeof startSubgraph>> {
  const cleanUps: (() => unknown)[] = [];
  let subgraph: Awaited<ReturnType<typeof startSubgraph>> | undefined;
  beforeAll(async () => {
    subgraph = await startSubgraph({ onFinished: (cleanUp) => cleanUps.unshift(cleanUp) });
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  return () => {
    if (!subgraph) throw new Error('The subgraph has not started yet.');
    return subgraph;
  };
}

function sessionsOf(url: string) {
  /** Creates a user with a session, or another session of a user. */
  const logIn = (id: string = randomUUID()) => {
    const sessionId = randomUUID();
    const token = accessTokenOf(id, sessionId);
    const send = requestTextTo(url, token);
    const create = async () => {
      const input = { title: 'A picture', image: await imageOf(3) };
      const { createResource } = await send.data<Created>(creation, { input });
      return createResource.resource;
    };
    const countAll = async () =>
      (await send.data<{ resources: { totalCount: number } }>('{ resources { totalCount } }')).resources.totalCount;
    return { id, sessionId, token, send, create, countAll };
  };
  /** The same session in this process. */
  const as = (token: string) => requestTextTo(url, token);
  return { logIn, as };
}

interface Created {
  createResource: { resource: { id: string; image: { url: string } } };
}

const creation = `mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { id image { url } } } }`;
