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
  message: 'This part of the system cannot be asked just now: try again.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

/** What Hive calls a subgraph that could not be talked to. */
const troubles = ['SUBREQUEST_HTTP_ERROR', 'RESPONSE_VALIDATION_FAILED', 'TIMEOUT_ERROR', 'DOWNSTREAM_SERVICE_ERROR'];

/** Lets the errors of the allow-list leave, with the keys allowed to them, masks all else and logs it. */
export function createErrorPlugin(log: Logger): Plugin {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const refused = refuseArguments(args);
      if (refused) setResultAndStopExecution(refused);
    },
    onSubscribe: ({ setResultAndStopExecution }) =>
      setResultAndStopExecution(refusal('OPERATION_RESOLUTION_FAILURE', ['There are no subscriptions here.'])),

    onSubgraphExecute({ subgraphName, executor, setExecutor }) {
      setExecutor(async (request) => {
        const trouble = (err: unknown): Result => {
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
          return first && errors.every(isTrouble)
            ? trouble(first)
            : { ...result, ...(errors.length > 0 && { errors: errors.map(asShown) }) };
        } catch (err) {
          return trouble(err);
        }
      });
    },

    onResultProcess({ request, result, setResult }) {
      const errors = (result.errors ?? []) as GraphQLError[];
      if (errors.length === 0) return setResult({ data: result.data });
      const requestId = request.headers.get('x-request-id');
      const shown = errors.map((error) => show(error, requestId, log));
      // What was never executed is the client's to mend, or a bug.
      const isBug = shown.some(({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR');
      const status = 'data' in result ? 200 : isBug ? 500 : 400;
      setResult({ ...('data' in result && { data: result.data }), errors: shown, extensions: { http: { status } } });
    },
  };
}

const refusal = (code: string, messages: readonly string[]): Result => ({
  errors: messages.map((message) => ({ message, extensions: { code } })),
});

/** What cannot be executed as it was asked for: Hive gives that no code. */
function refuseArguments({ schema, document, operationName, variableValues }: ExecutionArgs): Result | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return refusal('OPERATION_RESOLUTION_FAILURE', ['Send the operationName of an operation in the document.']);
  const options = { maxErrors: 50 };
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {}, options);
  return (
    errors &&
    refusal(
      'BAD_USER_INPUT',
      errors.map(({ message }) => message),
    )
  );
}

const codeOf = ({ extensions }: { extensions?: Readonly<Record<string, unknown>> }) => extensions?.code;

/** Whether a subgraph has not answered at all. */
const isTrouble = (error: GraphQLError) => troubles.includes(String(codeOf(error)));

/** What a subgraph refused with passes; what it says of its own trouble is masked when it leaves. */
function asShown({ message, path, extensions }: GraphQLError): GraphQLFormattedError {
  const isPublic = isApiErrorCode(publicErrors, extensions?.code);
  const shown = isPublic ? pickPublic(publicErrors, extensions) : { code: 'INTERNAL_SERVER_ERROR' };
  return { message, ...(path && { path }), extensions: shown };
}

function show(error: GraphQLError, requestId: string | null, log: Logger): GraphQLFormattedError {
  const { message, path, extensions } = error;
  const shown = formatError({ message, ...(path && { path }), extensions: { ...extensions, requestId } });
  if (codeOf(shown) === 'INTERNAL_SERVER_ERROR') log.error({ requestId, path, err: error }, 'bug');
  return shown;
}
