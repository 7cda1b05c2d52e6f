import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { startDeadline } from '../../platform/async/deadline.ts';
import type { Signal } from '../../platform/async/signal.ts';
import { isApiErrorCode, pickPublic } from '../../platform/graphql/error-formatting.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import { requestedPaths } from './requested-paths.ts';
import type { Transport } from './transport.ts';

/** What of a client's request every call to a subgraph needs. */
export interface GatewayContext {
  [key: string]: unknown;
  authorization: string | undefined;
  requestId: string;
  clientGone: Signal;
  client: () => ClientInfo;
}

export interface SubgraphSettings {
  name: string;
  transport: Transport;
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

/**
 * A client of one subgraph. It forwards `Authorization`, the request's id and with mutations who asks, and nothing else;
 * a subgraph that cannot be asked costs the fields asked for (SERVICE_UNAVAILABLE) and names nothing of it. A client that
 * goes away ends its queries; a mutation, once sent, runs on.
 */
export function createSubgraphClient(
  { name, transport, timeoutMs, mutationTimeoutMs }: SubgraphSettings,
  log: Logger,
): SubgraphClient {
  return {
    async process({ request, context }) {
      const { authorization, requestId, clientGone, client: clientOf } = context as GatewayContext;
      const { query = '', variables, operationName } = request;
      const isMutation = query.startsWith('mutation');
      const deadline = isMutation ? startDeadline(mutationTimeoutMs) : startDeadline(timeoutMs, clientGone);
      try {
        const client = isMutation ? clientOf() : undefined;
        const call = { authorization, requestId, isMutation, client, signal: deadline.signal };
        return readAnswer(await transport.send({ query, variables, operationName }, call));
      } catch (err) {
        if (!clientGone.aborted || isMutation) log.warn({ requestId, subgraph: name, err }, 'subgraph unavailable');
        return unavailable(request);
      } finally {
        deadline.clear();
      }
    },
    close: () => transport.close(),
  };
}

/** Anything but a result of GraphQL's means that the subgraph cannot be talked to. */
function readAnswer(answer: unknown): Answer {
  if (isClean(answer)) return { data: answer.data };
  const { data, errors } = result.parse(answer);
  return { ...(data && { data }), ...(errors && { errors: errors.map(asShown) }) };
}

/** Nearly every answer, which need not be looked at closer. */
function isClean(answer: unknown): answer is { data: Record<string, unknown> } {
  if (typeof answer !== 'object' || answer === null || 'errors' in answer || !('data' in answer)) return false;
  return typeof answer.data === 'object' && answer.data !== null && !Array.isArray(answer.data);
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
  const isPublic = isApiErrorCode(publicErrors, extensions.code);
  const shown = isPublic ? pickPublic(publicErrors, extensions) : { code: 'INTERNAL_SERVER_ERROR' };
  return { message, ...(path && { path }), extensions: shown };
}

/** One error for each field or entity that was asked for, so that every null in the answer has its reason. */
function unavailable(request: Request): Answer {
  const message = 'This part of the system cannot be asked just now: try again.';
  const extensions = { code: 'SERVICE_UNAVAILABLE' };
  return { errors: requestedPaths(request).map((path) => ({ message, path, extensions })) };
}
