import type { CancellableContext } from './execution/cancellation.ts';
import type { OperationRequest, PreparedOperation, PreparedOperations, ValidOperation } from './prepared-operations.ts';
import type { GraphqlResponse, Outcome, Respond } from './respond.ts';

/** The values that every context has. */
export interface RequestContext extends CancellableContext {
  requestId: string;
  /** The document is one that clients are trusted with. */
  isTrusted?: boolean;
  /** The document may be over the limits of clients: a gateway wrote it, or clients are trusted with it. */
  isWrittenOut?: boolean;
}

/** The part of a request that is not its document. */
export interface ExecutionRequest {
  variables: Record<string, unknown> | undefined;
  context: RequestContext;
  /** By `performance.now`. */
  startedAt: number;
}

export interface Execution {
  /** Executes a request body whose operation is prepared. Returns undefined if Apollo Server has to look at it first. */
  executePrepared(body: unknown, context: ExecutionRequest['context']): Promise<GraphqlResponse> | undefined;
  /** Prepares and executes an operation that Apollo Server has validated. Never rejects. */
  executeValid(operation: ValidOperation, request: ExecutionRequest): Promise<GraphqlResponse>;
}

/** Creates the execution of one server. Every operation runs through it, new ones after Apollo Server's validation. */
export function createExecution(prepared: PreparedOperations, respond: Respond): Execution {
  const run = async (operation: PreparedOperation, { variables, context, startedAt }: ExecutionRequest) => {
    const { requestId, clientGone } = context;
    let outcome: Outcome;
    try {
      outcome = await operation.execute({ variables, context });
    } catch (thrown) {
      outcome = { thrown };
    }
    return respond(outcome, { requestId, clientGone, operation, startedAt });
  };

  return {
    executePrepared(body, context) {
      const startedAt = performance.now();
      const request = readOperation(body);
      const operation = request && prepared.get(request, context.isWrittenOut);
      return operation && run(operation, { variables: request.variables, context, startedAt });
    },
    executeValid: async (operation, request) => run(prepared.prepare(operation, request.context.isWrittenOut), request),
  };
}

/**
 * Reads a body that holds an operation and nothing else; null counts as absent, as for Apollo Server. Returns undefined
 * for any other: Apollo Server handles extensions, and explains what is wrong.
 */
function readOperation(body: unknown): OperationRequest | undefined {
  if (!isObject(body)) return undefined;
  const { query } = body;
  const variables = body.variables ?? undefined;
  const operationName = body.operationName ?? undefined;
  const extensions = body.extensions ?? {};
  if (typeof query !== 'string' || operationName === '') return undefined;
  if (operationName !== undefined && typeof operationName !== 'string') return undefined;
  if (variables !== undefined && !isObject(variables)) return undefined;
  if (!isObject(extensions) || Object.keys(extensions).length > 0) return undefined;
  return { query, variables, operationName };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
