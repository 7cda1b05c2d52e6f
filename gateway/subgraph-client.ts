import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import { isRefusalCode, pickPublic } from '../runtime/graphql-errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { pathsAskedFor } from './asked-paths.ts';

/** What of a client's request every call to a subgraph needs. */
export interface GatewayContext {
  [key: string]: unknown;
  authorization: string | undefined;
  requestId: string;
  clientGone: AbortSignal;
}

export interface SubgraphSettings {
  name: string;
  /** Absolute http or https. */
  url: string;
  /** Of one call, from the wait for a connection to the answer's last byte. */
  timeoutMs: number;
  /** The same for a mutation, which may carry images. */
  mutationTimeoutMs: number;
}

/** Asks one subgraph for its part of a query plan. */
export interface SubgraphClient extends GraphQLDataSource<GatewayContext> {
  /** Cuts off what is still being asked. */
  close(): Promise<void>;
}

type Request = Parameters<GraphQLDataSource<GatewayContext>['process']>[0]['request'];
type Answer = Awaited<ReturnType<GraphQLDataSource<GatewayContext>['process']>>;

/** For queries, and as many for mutations: more than a subgraph lets wait, so that it is the subgraph which refuses. */
const maxConnections = 64;
const maxAnswerBytes = 32 * 1024 * 1024;

/**
 * A client of one subgraph over HTTP with connections kept alive. It forwards `Authorization` and the request's id and
 * nothing else; a subgraph that cannot be asked costs the fields asked for (SERVICE_UNAVAILABLE) and names nothing of
 * it. A client that goes away ends its queries; a mutation, once sent, runs on.
 */
export function createSubgraphClient(settings: SubgraphSettings, log: Logger): SubgraphClient {
  const { origin, pathname } = new URL(settings.url);
  const createPool = () => new Pool(origin, { connections: maxConnections, maxResponseSize: maxAnswerBytes });
  // Mutations may queue at the subgraph, for passwords or the image service: queries do not queue behind them.
  const pools = { queries: createPool(), mutations: createPool() };

  return {
    async process({ request, context }) {
      const { authorization, requestId, clientGone } = context as GatewayContext;
      const isMutation = request.query?.startsWith('mutation') ?? false;
      const limit = isMutation ? deadline(settings.mutationTimeoutMs) : deadline(settings.timeoutMs, clientGone);
      try {
        const response = await pools[isMutation ? 'mutations' : 'queries'].request({
          path: pathname,
          method: 'POST',
          headers: headersFor({ authorization, requestId }),
          body: bodyOf(request),
          signal: limit.signal,
        });
        return await readAnswer(response);
      } catch (err) {
        if (!clientGone.aborted || isMutation)
          log.warn({ requestId, subgraph: settings.name, err }, 'subgraph unavailable');
        return unavailable(request);
      } finally {
        limit.clear();
      }
    },
    close: async () => {
      await Promise.all([pools.queries.destroy(), pools.mutations.destroy()]);
    },
  };
}

function headersFor({ authorization, requestId }: { authorization: string | undefined; requestId: string }) {
  const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
  return authorization === undefined ? headers : { ...headers, authorization };
}

function bodyOf({ query, variables, operationName }: Request): string {
  return JSON.stringify({ query, variables, operationName });
}

/** A signal that aborts after `timeoutMs`, or with `other`; `clear` lets go of both. */
function deadline(timeoutMs: number, other?: AbortSignal): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(other?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
  if (other?.aborted) abort();
  other?.addEventListener('abort', abort);
  const clear = () => {
    clearTimeout(timer);
    other?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, clear };
}

/** A subgraph answers 200 to all that it executed; anything else, or no result of GraphQL, means that it cannot be talked to. */
async function readAnswer({ statusCode, body }: Dispatcher.ResponseData): Promise<Answer> {
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`The subgraph answered ${statusCode}: ${text.slice(0, 200)}`);
  const { data, errors } = result.parse(JSON.parse(text));
  return { ...(data && { data }), ...(errors && { errors: errors.map(asShown) }) };
}

const result = z
  .object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z
      .array(
        z.object({
          message: z.string(),
          path: z.array(z.union([z.string(), z.number()])).optional(),
          extensions: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
  })
  .refine(({ data, errors }) => data || errors?.length, 'neither data nor errors');

type SubgraphError = NonNullable<z.output<typeof result>['errors']>[number];

/** What a subgraph refused with passes; what it says of its own trouble, or of ours, is masked when it leaves. */
function asShown({ message, path, extensions = {} }: SubgraphError): GraphQLFormattedError {
  const shown = isRefusalCode(extensions.code) ? pickPublic(extensions) : { code: 'INTERNAL_SERVER_ERROR' };
  return { message, ...(path && { path }), extensions: shown };
}

/** One error for each field or entity that was asked for, so that every null in the answer has its reason. */
function unavailable(request: Request): Answer {
  const message = 'This part of the system cannot be asked just now: try again.';
  const extensions = { code: 'SERVICE_UNAVAILABLE' };
  return { errors: pathsAskedFor(request).map((path) => ({ message, path, extensions })) };
}
