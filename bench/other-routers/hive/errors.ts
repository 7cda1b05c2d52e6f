import {
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import { createErrorFormatter, isApiErrorCode, pickPublic } from '../../../platform/graphql/error-formatting.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { publicErrors } from '../../../schema/error-codes.ts';
import type { Plugin, Result } from './packages.ts';

const formatError = createErrorFormatter(publicErrors);

const unavailable = {
  message: 'This part of the API is temporarily unavailable: try again.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

/** Hive's codes for a subgraph that did not respond properly. */
const unavailableCodes = [
  'SUBREQUEST_HTTP_ERROR',
  'RESPONSE_VALIDATION_FAILED',
  'TIMEOUT_ERROR',
  'DOWNSTREAM_SERVICE_ERROR',
];

/** Sends public errors with their allowed extension keys; masks and logs all others. */
export function createErrorPlugin(log: Logger): Plugin {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const errors = checkArguments(args);
      if (errors) setResultAndStopExecution(errors);
    },
    onSubscribe: ({ setResultAndStopExecution }) =>
      setResultAndStopExecution(errorResult('OPERATION_RESOLUTION_FAILURE', ['Subscriptions are not supported.'])),

    onSubgraphExecute({ subgraphName, executor, setExecutor }) {
      setExecutor(async (request) => {
        const fail = (err: unknown): Result => {
          log.warn(
            { requestId: request.context?.req.headers['x-request-id'], subgraph: subgraphName, err },
            'subgraph unavailable',
          );
          return { errors: [unavailable] };
        };
        try {
          const result = await executor(request);
          const errors = (result.errors ?? []) as GraphQLError[];
          const [first] = errors;
          return first && errors.every(isUnavailable)
            ? fail(first)
            : { ...result, ...(errors.length > 0 && { errors: errors.map(toPublicError) }) };
        } catch (err) {
          return fail(err);
        }
      });
    },

    onResultProcess({ request, result, setResult }) {
      const errors = (result.errors ?? []) as GraphQLError[];
      if (errors.length === 0) return setResult({ data: result.data });
      const requestId = request.headers.get('x-request-id');
      const shown = errors.map((error) => format(error, requestId, log));
      // An operation that was not executed is the client's mistake, or a bug.
      const isBug = shown.some(({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR');
      const status = 'data' in result ? 200 : isBug ? 500 : 400;
      setResult({ ...('data' in result && { data: result.data }), errors: shown, extensions: { http: { status } } });
    },
  };
}

const errorResult = (code: string, messages: readonly string[]): Result => ({
  errors: messages.map((message) => ({ message, extensions: { code } })),
});

/** Errors in the arguments of an operation, to which Hive gives no code. */
function checkArguments({ schema, document, operationName, variableValues }: ExecutionArgs): Result | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return errorResult('OPERATION_RESOLUTION_FAILURE', ['Send the operationName of an operation in the document.']);
  const options = { maxErrors: 50 };
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {}, options);
  return (
    errors &&
    errorResult(
      'BAD_USER_INPUT',
      errors.map(({ message }) => message),
    )
  );
}

const codeOf = ({ extensions }: { extensions?: Readonly<Record<string, unknown>> }) => extensions?.code;

/** True if a subgraph has not responded at all. */
const isUnavailable = (error: GraphQLError) => unavailableCodes.includes(String(codeOf(error)));

/** Passes on a subgraph's API errors; all other errors will be masked. */
function toPublicError({ message, path, extensions }: GraphQLError): GraphQLFormattedError {
  const isPublic = isApiErrorCode(publicErrors, extensions?.code);
  const shown = isPublic ? pickPublic(publicErrors, extensions) : { code: 'INTERNAL_SERVER_ERROR' };
  return { message, ...(path && { path }), extensions: shown };
}

function format(error: GraphQLError, requestId: string | null, log: Logger): GraphQLFormattedError {
  const { message, path, extensions } = error;
  const shown = formatError({ message, ...(path && { path }), extensions: { ...extensions, requestId } });
  if (codeOf(shown) === 'INTERNAL_SERVER_ERROR') log.error({ requestId, path, err: error }, 'bug');
  return shown;
}
