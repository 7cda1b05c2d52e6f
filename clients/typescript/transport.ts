import { AnswerError, ConnectionError, type ShownError, toApiError } from './errors.ts';

/** One operation, as it is sent. */
export interface Request {
  text: string;
  variables: unknown;
  accessToken: string | undefined;
  signal: AbortSignal | undefined;
}

/** Sends an operation once; gives its data. Throws an ApiError, a ConnectionError, an AnswerError, or the signal's reason. */
export type Send = <Data>(request: Request) => Promise<Data>;

export interface TransportSettings {
  /** Of the gateway, as `https://api.example/graphql`. */
  url: string;
  /** Longest time that one request may take, answer and all. */
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

/** GraphQL over HTTP, by fetch. */
export function createTransport({ url, timeoutMs, fetch }: TransportSettings): Send {
  const post = async ({ text, variables, accessToken }: Request, signal: AbortSignal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query: text, variables }),
      credentials: 'omit',
      signal,
    });
    return { status: response.status, body: await response.text() };
  };

  const answerOf = async (request: Request) => {
    const { signal } = request;
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
      return await post(request, controller.signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw new ConnectionError(`No answer came from ${url}.`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  };

  return async <Data>(request: Request) => {
    const { status, body } = await answerOf(request);
    return dataOf(status, body) as Data;
  };
}

function dataOf(status: number, body: string): unknown {
  const { data, errors } = readJson(status, body);
  const [first, ...others] = errors ?? [];
  if (first) throw toApiError([first, ...others], data);
  if (data === undefined || data === null) throw new AnswerError('The answer holds neither data nor errors.', status);
  return data;
}

function readJson(status: number, body: string): { data?: unknown; errors?: ShownError[] } {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch (cause) {
    throw new AnswerError(`The answer is no JSON; its HTTP status is ${status}.`, status, { cause });
  }
  throw new AnswerError(`The answer is none of GraphQL's; its HTTP status is ${status}.`, status);
}
