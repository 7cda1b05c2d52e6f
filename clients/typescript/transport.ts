import { explainCors, findDisallowedOrigin } from './cors.ts';
import { AnswerError, ConnectionError, type FormattedError, toApiError } from './errors.ts';
import { findPostWithProgress, type OnProgress } from './upload-progress.ts';

/** One operation to send. */
export interface Request {
  text: string;
  variables: unknown;
  accessToken: string | undefined;
  signal: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
}

/** Sends an operation once and returns its data. Throws ApiError, ConnectionError, AnswerError or the signal's reason. */
export type Send = <Data>(request: Request) => Promise<Data>;

export interface TransportSettings {
  /** The gateway's GraphQL endpoint, such as `https://api.example/graphql`. */
  url: string;
  /** Time limit of one request, including the response body; a large body has more (`timeLimitOf`). */
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

/** GraphQL over HTTP with `fetch`. */
export function createTransport({ url, timeoutMs, fetch }: TransportSettings): Send {
  /** Once the page has read a response, CORS is no reason for the lack of another. */
  let hasResponded = false;

  const post = async (body: string, { accessToken, onProgress }: Request, signal: AbortSignal) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    };
    const postWithProgress = findPostWithProgress(onProgress);
    if (postWithProgress) {
      const answer = await postWithProgress({ url, headers, body, signal });
      hasResponded = true;
      return answer;
    }
    const response = await fetch(url, { method: 'POST', headers, body, credentials: 'omit', signal });
    hasResponded = true;
    return { status: response.status, body: await response.text() };
  };

  const respond = async (request: Request) => {
    const { text: query, variables, signal } = request;
    signal?.throwIfAborted();
    const body = JSON.stringify({ query, variables });
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, timeLimitOf(body, timeoutMs));
    signal?.addEventListener('abort', abort);
    try {
      return await post(body, request, controller.signal);
    } catch (error) {
      signal?.throwIfAborted();
      const origin = hasResponded ? undefined : findDisallowedOrigin(url, error);
      throw new ConnectionError(`No response from ${url}.${origin ? explainCors(origin) : ''}`, {
        cause: error,
        mayBeCors: origin !== undefined,
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  };

  return async <Data>(request: Request) => {
    const { status, body } = await respond(request);
    return dataOf(status, body) as Data;
  };
}

/** Characters a millisecond: the slowest upload that is waited for, 256 kbit/s. */
const slowestUpload = 32;

/** Returns the time limit of a request with a body, in milliseconds. */
const timeLimitOf = (body: string, timeoutMs: number) => timeoutMs + body.length / slowestUpload;

function dataOf(status: number, body: string): unknown {
  const { data, errors } = readJson(status, body);
  const [first, ...others] = errors ?? [];
  if (first) throw toApiError([first, ...others], data);
  if (data === undefined || data === null) throw new AnswerError('The response has neither data nor errors.', status);
  return data;
}

function readJson(status: number, body: string): { data?: unknown; errors?: FormattedError[] } {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch (cause) {
    throw new AnswerError(`The response is not JSON (HTTP status ${status}).`, status, { cause });
  }
  throw new AnswerError(`The response is not a GraphQL response (HTTP status ${status}).`, status);
}
