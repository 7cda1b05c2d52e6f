import type { IncomingMessage } from 'node:http';
import { isJson } from './content-negotiation.ts';
import type { HttpError } from './responses.ts';

/**
 * Rejects a request by GET or with files that a page of another site could make a browser send: one without any header that
 * takes a preflight, which CORS answers.
 */
export function checkPreflight({ method, headers }: IncomingMessage): HttpError | undefined {
  const { authorization = '', 'content-type': contentType } = headers;
  const isSafe =
    bearer.test(authorization) ||
    preflightHeaders.some((name) => headers[name]) ||
    (contentType !== undefined && isJson(contentType));
  if (isSafe) return undefined;
  return method === 'POST' ? filesNotPreflighted : notPreflighted;
}

const bearer = /^Bearer +\S/i;
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name'];

const safeHeaders = 'Authorization: Bearer …, Apollo-Require-Preflight: true, X-Apollo-Operation-Name: …';

const badRequest = (message: string): HttpError => ({ status: 400, code: 'BAD_REQUEST', message });

const notPreflighted = badRequest(
  `Send a query by GET with one of these headers, without which pages of other sites could send it: ${safeHeaders}, Content-Type: application/json. Or use POST.`,
);

const filesNotPreflighted = badRequest(
  `Send files with one of these headers, without which pages of other sites could send them: ${safeHeaders}.`,
);
