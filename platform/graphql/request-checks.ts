import type { IncomingMessage } from 'node:http';
import { acceptedType, responseTypes } from '../http/content-negotiation.ts';
import { checkPreflight } from '../http/preflight.ts';
import type { HttpError } from '../http/responses.ts';

const badRequest = (message: string): HttpError => ({ status: 400, code: 'BAD_REQUEST', message });

/** Names the ways to ask. Apollo Server names none. */
export const noQuery = badRequest(
  'There is no query. Send one by POST, as JSON such as {"query":"{ __typename }"} with the header Content-Type: application/json, or by GET, as ?query=%7B__typename%7D with the header Apollo-Require-Preflight: true.',
);

export const noBatches = badRequest(
  'The body is an array, and batches are not supported: send each operation by itself, as an object such as {"query":"{ __typename }"}.',
);

const noSuchMethod: HttpError = {
  status: 405,
  code: 'BAD_REQUEST',
  message: 'Send queries and mutations by POST, or queries by GET.',
  headers: { allow: 'GET, POST' },
};

/** Sent before execution; Apollo Server itself would find out only afterwards. */
const notAcceptable: HttpError = {
  status: 406,
  code: 'BAD_REQUEST',
  message: `Accept one of ${responseTypes.join(', ')}.`,
};

/** Checks a request before its body is read. Returns the content type of its response, or an error. */
export function checkRequest(
  req: IncomingMessage,
  { hasFiles }: { hasFiles: boolean },
): { type: string } | { error: HttpError } {
  const type = acceptedType(req.headers.accept);
  if (!type) return { error: notAcceptable };
  if (!isRead(req) && req.method !== 'POST') return { error: noSuchMethod };
  if (isRead(req) && !namesDocument(req)) return { error: noQuery };
  const error = isRead(req) || hasFiles ? checkPreflight(req) : undefined;
  return error ? { error } : { type };
}

export const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** Returns the parameters of a URL, with their question mark; empty if there are none. */
export function searchOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? '' : url.slice(query);
}

const namesDocument = (req: IncomingMessage) => /[?&](query|documentId|extensions)=/.test(searchOf(req));
