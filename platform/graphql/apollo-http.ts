import type { IncomingMessage } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { HttpError } from '../http/responses.ts';
import { isJsonTooDeep } from '../json.ts';
import type { ApolloContext, ApolloOutcome } from './apollo-server.ts';
import { checkDocument } from './document-limits/check-document.ts';
import { badRequest, isStackOverflow, nestedTooDeep } from './document-limits/limit-errors.ts';
import type { DocumentLimits } from './document-limits/limits.ts';
import type { RequestContext } from './execute.ts';
import type { RequestParameters } from './request-parameters.ts';

/** Headers that Apollo Server reads, for content negotiation. */
const headersForApollo = ['content-type', 'accept'];

interface ApolloHttpResponse {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Undefined for a request that did not reach GraphQL. */
  result: FormattedExecutionResult | undefined;
}

/**
 * Executes a request without a prepared operation: Apollo Server parses and validates it, which prepares it. Throws what
 * went wrong inside Apollo Server, which would answer it without a log line and the request's id.
 */
export async function executeThroughApollo(
  apollo: ApolloServer<ApolloContext>,
  req: IncomingMessage,
  { body, search, context, limits }: RequestParameters & { context: RequestContext; limits: DocumentLimits },
): Promise<ApolloHttpResponse | { error: HttpError }> {
  const error = checkRequest({ body, search }, limits);
  if (error) return { error };
  const outcome: ApolloOutcome = {};
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: req.method ?? 'GET', headers: pickHeaders(req), search, body },
    context: async () => ({ ...context, outcome }),
  });
  if (isStackOverflow(outcome.error)) return tooDeep;
  if (outcome.error !== undefined) throw outcome.error;
  if (response.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
  const text = outcome.result ? `${JSON.stringify(outcome.result)}\n` : response.body.string;
  return {
    status: response.status ?? 200,
    headers: Object.fromEntries(response.headers),
    text,
    result: outcome.result,
  };
}

const tooDeep: { error: HttpError } = { error: badRequest(nestedTooDeep('request')) };

/** Checks the document of a request, and the JSON in the URL of a GET request; bodies were checked when read. */
function checkRequest({ body, search }: RequestParameters, limits: DocumentLimits): HttpError | undefined {
  const { query } = (body ?? {}) as { query?: unknown };
  if (typeof query === 'string') return checkDocument(query, limits);
  const parameters = new URLSearchParams(search);
  // One level less than a body, whose outermost object holds variables and extensions.
  const maxDepth = limits.maxJsonDepth - 1;
  for (const name of ['variables', 'extensions'])
    if (parameters.getAll(name).some((json) => isJsonTooDeep(Buffer.from(json), maxDepth)))
      return badRequest(nestedTooDeep(`JSON in ${name}`, maxDepth));
  for (const document of parameters.getAll('query')) {
    const error = checkDocument(document, limits);
    if (error) return error;
  }
  return undefined;
}

function pickHeaders(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
