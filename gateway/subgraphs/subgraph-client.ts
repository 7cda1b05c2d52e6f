import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { startDeadline } from '../../platform/async/deadline.ts';
import { type Signal, throwIfAborted } from '../../platform/async/signal.ts';
import { isApiErrorCode, pickPublic } from '../../platform/graphql/error-formatting.ts';
import { exceededBytes, responseTooLarge } from '../../platform/graphql/execution/response-size.ts';
import { OperationTooLargeError } from '../../platform/graphql/server.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import { createLimitedLog, kindOfError } from '../../platform/process/limited-log.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import type { Data, SendToSubgraph, SubgraphOperation, SubgraphResponse, SubgraphService } from '../execution/run.ts';
import { sendInBatches } from './representation-batches.ts';
import { requestedPaths } from './requested-paths.ts';
import { createStructureCheck } from './response-structure.ts';
import type { Call, Transport } from './transport.ts';

/** The part of a client's request that every call to a subgraph needs. */
export interface SubgraphContext {
  [key: string]: unknown;
  authorization: string | undefined;
  requestId: string;
  clientGone: Signal;
  client: () => ClientInfo;
  /** The client's document is a trusted one. */
  isTrusted?: boolean;
}

export interface SubgraphSettings {
  name: string;
  transport: Transport;
  /** For one call, from the wait for a connection to the last byte of the response. */
  timeoutMs: number;
  /** The same for a mutation, which may carry images. */
  mutationTimeoutMs: number;
}

/** Limit of what is kept for Apollo's executor. */
const maxPreparedBytes = 4 * 1024 * 1024;

/** Measured: the functions of an operation, its text in UTF-16, its body, and the structure of its response. */
const preparedBytes = (query: string) => 2_000 + 10 * query.length;

/** Calls one subgraph for its part of a query plan. */
export interface SubgraphClient extends SubgraphService {
  /** Cuts off calls in flight. */
  close(): Promise<void>;
}

/**
 * Creates a client of one subgraph of the supergraph with this schema. It forwards `Authorization`, the request's id and,
 * with mutations, the client's address. A subgraph that cannot be reached costs the requested fields
 * (SERVICE_UNAVAILABLE), and the error does not name it. When a client disconnects, its calls are aborted and rejected
 * with the signal's reason, and none is sent any more. The subgraph decides what of them runs on. A call whose response
 * would be too large is rejected with RESPONSE_TOO_LARGE.
 */
export function createSubgraphClient(
  { name, transport, timeoutMs, mutationTimeoutMs }: SubgraphSettings,
  { log, schema }: { log: Logger; schema: GraphQLSchema },
): SubgraphClient {
  const limited = createLimitedLog(log);

  const prepare = ({ query, operationName }: SubgraphOperation): SendToSubgraph => {
    const isMutation = query.startsWith('mutation');
    const send = transport.prepare({ query, operationName });
    const checkStructure = createStructureCheck(query, schema);
    const sendOnce = async (variables: Data, call: Call) => {
      const response = readResponse(await send(variables, call));
      checkStructure(response, variables.representations);
      return response;
    };
    return async (variables, context) => {
      const { authorization, requestId, clientGone, isTrusted, client: clientOf } = context as SubgraphContext;
      throwIfAborted(clientGone);
      const deadline = startDeadline(isMutation ? mutationTimeoutMs : timeoutMs, clientGone);
      const client = isMutation ? clientOf() : undefined;
      const call = { authorization, requestId, isMutation, isTrusted, client, signal: deadline.signal };
      try {
        return await sendInBatches(variables, (batch) => sendOnce(batch, call));
      } catch (err) {
        throwIfAborted(clientGone);
        if (exceededBytes(err) !== undefined) throw err;
        if (err instanceof OperationTooLargeError) return failed(query, variables, tooLarge);
        limited.warn(kindOfError(err), { requestId, subgraph: name, err }, 'subgraph unavailable');
        return failed(query, variables, unavailable);
      } finally {
        deadline.clear();
      }
    };
  };

  // Apollo's executor prepares nothing. The name of its operations is part of their text.
  const prepared = new LRUCache<string, SendToSubgraph>({
    maxSize: maxPreparedBytes,
    sizeCalculation: (_, query) => preparedBytes(query),
  });

  return {
    prepare,
    process: ({ request: { query = '', operationName, variables = {} }, context }) => {
      const send = prepared.get(query) ?? prepare({ query, operationName });
      prepared.set(query, send);
      return send(variables, context);
    },
    close: () => transport.close(),
  };
}

/** Anything but a GraphQL response means that the subgraph cannot be reached. */
function readResponse(response: unknown): SubgraphResponse {
  if (isClean(response)) return { data: response.data };
  const { data, errors } = result.parse(response);
  const tooLarge = errors?.map(exceededBytes).find((maxBytes) => maxBytes !== undefined);
  if (tooLarge !== undefined) throw responseTooLarge(tooLarge);
  return { ...(data && { data }), ...(errors && { errors: errors.map(withPublicExtensions) }) };
}

/** Tells a response without errors. Nearly all are, and need no further checks. */
function isClean(response: unknown): response is { data: Record<string, unknown> } {
  if (typeof response !== 'object' || response === null || 'errors' in response || !('data' in response)) return false;
  return typeof response.data === 'object' && response.data !== null && !Array.isArray(response.data);
}

const result = z
  .object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z
      .array(
        z.object({
          message: z.string(),
          path: z.array(z.union([z.string(), z.number()])).nullish(),
          extensions: z.record(z.string(), z.unknown()).nullish(),
        }),
      )
      .nullish(),
  })
  .refine(({ data, errors }) => data || errors?.length, 'neither data nor errors');

type SubgraphError = NonNullable<z.output<typeof result>['errors']>[number];

/** Passes codes of the API; every other code becomes one that is masked in the response. */
function withPublicExtensions({ message, path, extensions }: SubgraphError): GraphQLFormattedError {
  const isPublic = isApiErrorCode(publicErrors, extensions?.code);
  const shown = extensions && isPublic ? pickPublic(publicErrors, extensions) : { code: 'INTERNAL_SERVER_ERROR' };
  return { message, ...(path && { path }), extensions: shown };
}

const unavailable = {
  message: 'This part of the API is temporarily unavailable: try again.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

const tooLarge = {
  message: 'The variables are too large for this part of the API: send shorter values.',
  extensions: { code: 'BAD_USER_INPUT' },
};

/** Makes one error for each requested field or entity, so that every null in the response has its reason. */
function failed(query: string, variables: Record<string, unknown>, error: typeof unavailable): SubgraphResponse {
  return { errors: requestedPaths({ query, variables }).map((path) => ({ ...error, path })) };
}
