import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import fetch, { FetchError, type RequestInit, type Response } from 'node-fetch';
import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';

/**
 * The effect of a failed call on the image service.
 * `none`: no effect: the request was never sent, or was rejected.
 * `answered`: perhaps the requested effect, but the service has finished: nothing happens later.
 * `unknown`: perhaps the requested effect, now or later.
 */
export type ImageServiceEffect = 'none' | 'answered' | 'unknown';

/** A failed call: IMAGE_SERVICE_UNAVAILABLE, with the call's effect on the service. */
export class ImageServiceError extends ApiError<ErrorExtensions> {
  readonly effect: ImageServiceEffect;

  constructor(effect: ImageServiceEffect, cause: unknown) {
    const message = 'The image service is unavailable or returned an unexpected response: try again.';
    super({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause });
    this.effect = effect;
  }
}

/** Cause of an ImageServiceError when no request was sent. */
export class NotAttemptedError extends Error {}

/** Cause of an ImageServiceError when the response is not one that the service documents. */
export class UnexpectedResponseError extends Error {
  readonly status: number;

  /** The body is left out of the message, because a service may repeat the token or the image in it. */
  constructor(status: number, contentType: string | null) {
    super(`The image service returned an unexpected response: ${status}, ${contentType?.slice(0, 100) ?? 'no type'}.`);
    this.status = status;
  }
}

/** One request, and the longest time from sending it to the last byte of its response. */
export interface HttpRequest extends Pick<RequestInit, 'body' | 'headers' | 'method' | 'size'> {
  url: string;
  pool: ConnectionPool;
  timeoutMs: number;
}

/** Connections that are kept alive. */
export interface ConnectionPool {
  agentOf(url: URL): HttpAgent | HttpsAgent;
  close(): void;
}

const maxConnections = 16;
/** Statuses that the same request would get again. */
const permanentRejections = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
const tooManyRequests = 429;
/** Errors of connecting: the request was never sent. */
const connectErrors = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Creates a pool whose calls never wait for the connections of another pool. */
export function createConnectionPool(): ConnectionPool {
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

/** Sends a request and reads its response. Throws ImageServiceError for every failure. */
export async function exchange<Read>(request: HttpRequest, read: (response: Response) => Promise<Read>): Promise<Read> {
  const { url, pool, timeoutMs, ...init } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await read(await fetch(url, { ...init, agent: pool.agentOf, redirect: 'manual', signal }));
  } catch (cause) {
    throw new ImageServiceError(effectOf(cause), cause);
  }
}

/** True if the service itself rejected the request (4xx), which shows that it is up. */
export function isRejection(cause: unknown): boolean {
  return cause instanceof UnexpectedResponseError && cause.status >= 400 && cause.status < 500;
}

/** True if the same request would be rejected again. */
export function isPermanentRejection(cause: unknown): boolean {
  return cause instanceof UnexpectedResponseError && permanentRejections.has(cause.status);
}

/** True if connecting failed, so that the request was never sent. */
export function isNeverSent(cause: unknown): boolean {
  if (!(cause instanceof FetchError) || !connectErrors.has(cause.code ?? '')) return false;
  // A host can also become unreachable after connecting: reading or writing fails then.
  return !('erroredSysCall' in cause && /^(read|write)/.test(String(cause.erroredSysCall)));
}

function effectOf(cause: unknown): ImageServiceEffect {
  if (isPermanentRejection(cause) || isNeverSent(cause)) return 'none';
  if (!(cause instanceof UnexpectedResponseError)) return 'unknown';
  if (cause.status === tooManyRequests) return 'none';
  // The service documents only 500; other server errors come from proxies in front of it.
  return cause.status > 500 ? 'unknown' : 'answered';
}
