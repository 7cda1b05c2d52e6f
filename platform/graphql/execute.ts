import type { OperationRequest, PreparedOperation, PreparedOperations, ValidOperation } from './prepared-operations.ts';
import type { GraphqlResponse, Outcome, Respond } from './respond.ts';

/** The part of a request that is not its document. */
export interface ExecutionRequest {
  variables: Record<string, unknown> | undefined;
  context: { requestId: string };
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
    const outcome = await outcomeOf(operation, { variables, context });
    return respond(outcome, { requestId: context.requestId, operation, startedAt });
  };

  return {
    executePrepared(body, context) {
      const startedAt = performance.now();
      if (!isOperationRequest(body)) return undefined;
      const operation = prepared.get(body);
      return operation && run(operation, { variables: body.variables, context, startedAt });
    },
    async executeValid(operation, request) {
      return run(prepared.prepare(operation), request);
    },
  };
}

async function outcomeOf(
  operation: PreparedOperation,
  request: Parameters<PreparedOperation['execute']>[0],
): Promise<Outcome> {
  try {
    return await operation.execute(request);
  } catch (thrown) {
    return { thrown };
  }
}

/** Tells a body that holds an operation and nothing else. Apollo Server handles extensions, and explains what is wrong. */
function isOperationRequest(body: unknown): body is OperationRequest {
  if (typeof body !== 'object' || body === null) return false;
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const isObject = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  return (
    typeof query === 'string' &&
    (variables === undefined || isObject) &&
    (operationName === undefined || (typeof operationName === 'string' && operationName !== '')) &&
    extensions === undefined
  );
}
