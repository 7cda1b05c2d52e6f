import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { captureLog, type LogLine } from '../../tests/support/captured-log.ts';
import { listen } from '../../tests/support/http/servers.ts';
import type { OpenKeySet } from '../tokens/key-set.ts';
import { createRemoteKeySet, type RemoteKeyTiming } from '../tokens/remote-key-set.ts';

/** Responds to a request for keys. */
export type Respond = (req: IncomingMessage, res: ServerResponse) => void;

/** The text of a JWK Set. */
export function setOf(keys: Readonly<Record<string, KeyObject>>): string {
  return JSON.stringify({
    keys: Object.entries(keys).map(([kid, key]) => ({
      ...key.export({ format: 'jwk' }),
      kid,
      use: 'sig',
      alg: 'RS256',
    })),
  });
}

/** Responds with a JWK Set of these keys. */
export function respondWithKeys(keys: Readonly<Record<string, KeyObject>>): Respond {
  return (_, res) => void res.setHeader('content-type', 'application/jwk-set+json').end(setOf(keys));
}

export interface KeyServer {
  url: string;
  /** The requests so far. */
  requests: { url: string | undefined; headers: IncomingMessage['headers'] }[];
  /** Changes the response from now on. */
  respondWith(respond: Respond): void;
}

/** Starts a JWKS server whose responses the test controls; stops it after the test. */
export async function startKeyServer(respond: Respond): Promise<KeyServer> {
  const requests: KeyServer['requests'] = [];
  let current = respond;
  const { url, stop } = await listen((req, res) => {
    requests.push({ url: req.url, headers: req.headers });
    current(req, res);
  });
  onTestFinished(stop);
  const respondWith = (next: Respond) => {
    current = next;
  };
  return { url: `${url}/.well-known/jwks.json`, requests, respondWith };
}

/** Opens the key set of a URL until the end of the test, with its log. */
export function openRemoteKeys(
  url: string,
  timing: Partial<RemoteKeyTiming> = {},
): { keys: OpenKeySet; lines: LogLine[] } {
  const { log, lines } = captureLog();
  const keys = createRemoteKeySet({ url, log, timing });
  onTestFinished(keys.stop);
  return { keys, lines };
}
