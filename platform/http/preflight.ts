import type { IncomingMessage } from 'node:http';
import { isJson } from './content-negotiation.ts';
import type { HttpError } from './responses.ts';

/**
 * Rejects a GET request that a page of another site could make a browser send: one without any header that takes a
 * preflight, which CORS answers.
 */
export function checkPreflight({ headers }: IncomingMessage): HttpError | undefined {
  const { authorization = '', 'content-type': contentType } = headers;
  const isSafe =
    bearer.test(authorization) ||
    preflightHeaders.some((name) => headers[name]) ||
    (contentType !== undefined && isJson(contentType));
  return isSafe ? undefined : notPreflighted;
}

const bearer = /^Bearer +\S/i;
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name'];

const notPreflighted: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message:
    'Send a query by GET with one of these headers, without which pages of other sites could send it: Authorization: Bearer …, Apollo-Require-Preflight: true, X-Apollo-Operation-Name: …, Content-Type: application/json. Or use POST.',
};
