import { setTimeout } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { Child } from './child.ts';

/** A GraphQL response, parsed and as text. */
export interface GraphqlResponse {
  status: number;
  text: string;
  data?: unknown;
  errors?: unknown[];
}

/** Starting takes a second, and many on a busy machine. */
const startTimeoutMs = 90_000;
const pollIntervalMs = 5;

/** Sends one operation with fetch, whatever the response. */
export async function sendOperation(url: string, body: string, authorization?: string): Promise<GraphqlResponse> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(url, {
    method: 'POST',
    headers: authorization === undefined ? headers : { ...headers, authorization },
    body,
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as Pick<GraphqlResponse, 'data' | 'errors'>;
  return { status: response.status, text, ...(data !== undefined && { data }), ...(errors && { errors }) };
}

/** Polls a starting process until it responds without errors. Throws when it ends first, or after 90 seconds. */
export async function firstResponse(child: Child, body: string, authorization?: string): Promise<GraphqlResponse> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const response = await sendOperation(child.url, body, authorization).catch(() => undefined);
    if (response?.status === 200 && !response.errors) return response;
    child.requireAlive();
    if (performance.now() > deadline)
      throw new Error(`${child.url} does not respond: ${response?.text}\n${child.output()}`);
    await setTimeout(pollIntervalMs);
  }
}

export interface Post {
  path: string;
  body: string;
  authorization: string;
}

/** Sends an operation with undici and returns the body. Throws on any error, because errors are faster than results. */
export async function post(dispatcher: Dispatcher, { path, body, authorization }: Post): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', authorization };
  const response = await dispatcher.request({ path, method: 'POST', headers, body });
  const text = await response.body.text();
  if (response.statusCode !== 200 || text.includes('"errors":'))
    throw new Error(`An operation failed: ${text.slice(0, 500)}`);
  return text;
}
