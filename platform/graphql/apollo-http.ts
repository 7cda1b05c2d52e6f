import type { IncomingMessage } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { HttpError } from '../http/json-body.ts';
import { isNestedTooDeep, mayNestTooDeep, parseJson } from '../json.ts';
import type { ApolloContext, ApolloOutcome } from './apollo-server.ts';
import type { RequestContext } from './execute.ts';
import { isStackOverflow, isTextNestedTooDeep, nestedTooDeep } from './nesting.ts';

/** Headers that Apollo Server reads, for content negotiation and to reject cross-site requests. */
const headersForApollo = ['content-type', 'accept', 'apollo-require-preflight', 'x-apollo-operation-name'];

interface ApolloHttpResponse {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/**
 * Executes a request without a prepared operation: Apollo Server parses and validates it, which prepares it. Throws what
 * went wrong inside Apollo Server, which would answer it without a log line and the request's id.
 */
export async function executeThroughApollo(
  apollo: ApolloServer<ApolloContext>,
  req: IncomingMessage,
  { body, context }: { body: unknown; context: RequestContext },
): Promise<ApolloHttpResponse | { error: HttpError }> {
  const search = /\?.*$/s.exec(req.url ?? '')?.[0] ?? '';
  if (isRequestNestedTooDeep(body, search)) return tooDeep;
  const outcome: ApolloOutcome = {};
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: req.method ?? 'GET', headers: pickHeaders(req), search, body },
    context: async () => ({ ...context, outcome }),
  });
  if (isStackOverflow(outcome.error)) return tooDeep;
  if (outcome.error !== undefined) throw outcome.error;
  if (response.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
  const text = outcome.result ? `${JSON.stringify(outcome.result)}\n` : response.body.string;
  return { status: response.status ?? 200, headers: Object.fromEntries(response.headers), text };
}

const tooDeep: { error: HttpError } = {
  error: { status: 400, code: 'BAD_REQUEST', message: nestedTooDeep('request') },
};

/** Looks at the documents of a request, and at the JSON in the URL of a GET request; bodies were checked when read. */
function isRequestNestedTooDeep(body: unknown, search: string): boolean {
  const { query } = (body ?? {}) as { query?: unknown };
  if (typeof query === 'string' && isTextNestedTooDeep(query)) return true;
  if (!mayNestTooDeep(search.length)) return false;
  const parameters = new URLSearchParams(search);
  return (
    parameters.getAll('query').some(isTextNestedTooDeep) ||
    ['variables', 'extensions']
      .flatMap((name) => parameters.getAll(name))
      .some((json) => isNestedTooDeep(parseJson(json)))
  );
}

function pickHeaders(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
