import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import fetch, { FetchError, type RequestInit, type Response } from 'node-fetch';
import { type ImageServiceEffect, ImageServiceError } from './error.ts';

/** One attempt: all that goes out, and how long it may take from now to the answer's last byte. */
export interface Attempt extends Pick<RequestInit, 'body' | 'headers' | 'method' | 'size'> {
  url: string;
  pool: Pool;
  timeoutMs: number;
}

/** Connections that are kept alive. */
export interface Pool {
  agentOf(url: URL): HttpAgent | HttpsAgent;
  close(): void;
}

/** The cause of trouble where no attempt was made. */
export class NotAttempted extends Error {}

/** The cause of trouble where the answer is not what the service's table says. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  /** Of what was answered only this is told: a service may repeat the token or the image in its text. */
  constructor(status: number, type: string | null) {
    super(`The image service answered ${status}, ${type?.slice(0, 100) ?? 'of no type'}: its table says otherwise.`);
    this.status = status;
  }
}

const maxConnections = 16;
/** What stays refused however often it is asked for. */
const definiteRefusals = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
const tooMany = 429;
/** Of errors of connecting: the request was surely never written. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Connections for some kinds of calls, apart from those for others. */
export function createPool(): Pool {
  const options = { keepAlive: true, maxSockets: maxConnections };
  const [http, https] = [new HttpAgent(options), new HttpsAgent(options)];
  return {
    agentOf: ({ protocol }) => (protocol === 'https:' ? https : http),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** Sends one request and reads its answer; all that fails is an ImageServiceError. */
export async function exchange<Read>(attempt: Attempt, read: (response: Response) => Promise<Read>): Promise<Read> {
  const { url, pool, timeoutMs, ...request } = attempt;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await read(await fetch(url, { ...request, agent: pool.agentOf, redirect: 'manual', signal }));
  } catch (cause) {
    throw new ImageServiceError(effectOf(cause), cause);
  }
}

/** The service itself will not do it, which shows that it lives. */
export function isRefusal(cause: unknown): boolean {
  return cause instanceof UnexpectedAnswer && cause.status >= 400 && cause.status < 500;
}

/** It would be refused again, however often it is asked for. */
export function isDefiniteRefusal(cause: unknown): boolean {
  return cause instanceof UnexpectedAnswer && definiteRefusals.has(cause.status);
}

/** Attempted, but there was nobody to send it to. */
export function isNeverSent(cause: unknown): boolean {
  if (!(cause instanceof FetchError) || !neverConnected.has(cause.code ?? '')) return false;
  // A host can also become unreachable under way: that fails to read or to write, and not to connect.
  return !('erroredSysCall' in cause && /^(read|write)/.test(String(cause.erroredSysCall)));
}

function effectOf(cause: unknown): ImageServiceEffect {
  if (isDefiniteRefusal(cause) || isNeverSent(cause)) return 'none';
  if (!(cause instanceof UnexpectedAnswer)) return 'unknown';
  if (cause.status === tooMany) return 'none';
  // Of server errors only 500 is in the service's table: the others are what stands before it answers with.
  return cause.status > 500 ? 'unknown' : 'answered';
}
