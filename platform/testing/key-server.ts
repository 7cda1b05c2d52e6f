import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { captureLog, type LogLine } from '../../tests/support/captured-log.ts';
import { listen } from '../../tests/support/http/servers.ts';
import type { OpenKeySet } from '../tokens/key-set.ts';
import { createRemoteKeySet, type RemoteKeyTiming } from '../tokens/remote-key-set.ts';

export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

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

/** Answers with these keys. */
export function keysAnswer(keys: Readonly<Record<string, KeyObject>>): Answer {
  return (_, res) => void res.setHeader('content-type', 'application/jwk-set+json').end(setOf(keys));
}

export interface KeyServer {
  url: string;
  /** What was asked for so far. */
  asked: { url: string | undefined; headers: IncomingMessage['headers'] }[];
  /** From now on. */
  answer(answer: Answer): void;
}

/** A server of keys, as auth is one, that answers as it is told to. */
export async function startKeyServer(answer: Answer): Promise<KeyServer> {
  const asked: KeyServer['asked'] = [];
  let current = answer;
  const { url, stop } = await listen((req, res) => {
    asked.push({ url: req.url, headers: req.headers });
    current(req, res);
  });
  onTestFinished(stop);
  const answerFromNow = (next: Answer) => {
    current = next;
  };
  return { url: `${url}/.well-known/jwks.json`, asked, answer: answerFromNow };
}

/** The keys at a URL, until the test is over, and what is logged of them. */
export function openRemoteKeys(
  url: string,
  timing: Partial<RemoteKeyTiming> = {},
): { keys: OpenKeySet; lines: LogLine[] } {
  const { log, lines } = captureLog();
  const keys = createRemoteKeySet({ url, log, timing });
  onTestFinished(keys.stop);
  return { keys, lines };
}
