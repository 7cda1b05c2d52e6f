import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
  type OperationTypeNode,
} from 'graphql';
import type { Signal } from '../async/signal.ts';
import { fitsInJson } from '../json.ts';
import { describeError } from '../process/error-description.ts';
import { createLimitedLog, kindOfError } from '../process/limited-log.ts';
import type { Logger } from '../process/logger.ts';
import { isStackOverflow, nestedTooDeep } from './document-limits/limit-errors.ts';
import { createErrorFormatter, isPublicCode, type PublicErrors } from './error-formatting.ts';
import { defaultMaxResponseBytes, exceededBytes, responseTooLarge } from './execution/response-size.ts';

/** A GraphQL response, ready to be written as JSON. */
export interface GraphqlResponse {
  /** HTTP status. */
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: FormattedExecutionResult;
}

/** The request that is answered, as far as the log names it. */
export interface AnsweredRequest {
  requestId: string;
  /** Aborts when nobody waits for the response any more. */
  clientGone: Signal;
  /** Undefined where the document holds no operation, or could not be parsed. */
  operation: { kind: OperationTypeNode; name: string | undefined } | undefined;
  /** By `performance.now`. */
  startedAt: number;
}

/** Result of an execution, or what it threw. */
export type Outcome = ExecutionResult | { thrown: unknown };

export type Respond = (outcome: Outcome, request: AnsweredRequest) => GraphqlResponse;

/**
 * Creates the function that makes every GraphQL response: it logs and masks errors, removes extensions, and logs one line
 * for the request. Of the same errors, only so many a minute are logged. Responses to documents that Apollo Server rejects
 * pass through it as well. What stopped because its client has gone is no error. A response that would be over `maxBytes`,
 * or is incomplete because a part of it was, has RESPONSE_TOO_LARGE and no data.
 */
export function createRespond(publicErrors: PublicErrors, log: Logger, maxBytes = defaultMaxResponseBytes): Respond {
  const format = createErrorFormatter(publicErrors);
  const limited = createLimitedLog(log);

  const logAnswered = (request: AnsweredRequest, errorCodes: unknown[]) => {
    if (!log.isLevelEnabled('info')) return;
    const line = describeRequest(request);
    const message = request.clientGone.aborted ? 'client gone' : 'answered';
    if (errorCodes.length === 0) return log.info(line, message);
    const codes = [...new Set(errorCodes)];
    limited.info(codes.toSorted().join(), { ...line, codes }, message);
  };

  /** Logs bugs with stack and cause, and failures of this process's own dependencies with their cause. */
  const formatAndLog = (error: GraphQLError, requestId: string): GraphQLFormattedError => {
    const code = codeOf(error);
    const err = error.originalError ?? error;
    const line = { requestId, path: error.path, err };
    if (!isPublicCode(publicErrors, code)) limited.error(kindOfError(err), line, 'bug');
    else if (isUnavailable(err, code)) limited.warn(kindOfError(err), line, 'unavailable');
    const { extensions, ...formatted } = error.toJSON();
    return format({ ...formatted, extensions: { requestId, ...extensions, code } }, error);
  };

  /** Never throws, whatever was thrown: a property of it may throw when it is read or logged. */
  const report = (error: unknown, requestId: string): GraphQLFormattedError => {
    try {
      return formatAndLog(asGraphqlError(error), requestId);
    } catch {
      const path = pathOf(error);
      limited.error('undescribed', { requestId, path, err: describeError(error) }, 'bug');
      return format({ message: '', ...(path && { path }), extensions: { requestId } });
    }
  };

  const formatOutcome = (outcome: Outcome, request: AnsweredRequest): GraphqlResponse => {
    const result: ReportedResult = 'thrown' in outcome ? { errors: [outcome.thrown] } : outcome;
    const { data, errors, extensions: { cost, ...unfit } = {} } = result;
    const extensions = cost === undefined ? undefined : { cost };
    if (!errors && !result.extensions && data) return { status: 200, body: { data } };
    // Apollo's rules for completing values report here which values of a subgraph were wrong: that is for the log.
    if (Object.keys(unfit).length > 0) {
      const { requestId } = request;
      limited.warn('', { requestId, extensions: unfit }, 'a subgraph returned values that do not fit its schema');
    }
    const { clientGone } = request;
    const reported = clientGone.aborted ? errors?.filter((error) => originalOf(error) !== clientGone.reason) : errors;
    const formatted = (reported ?? []).map((error) => report(error, request.requestId));
    const codes = formatted.map((error) => error.extensions?.code);
    const body = {
      ...(formatted.length > 0 && { errors: formatted }),
      ...(data !== undefined && { data }),
      ...(extensions && { extensions }),
    };
    const { status = statusOf(outcome, codes), headers } = data === undefined ? httpOf(errors?.[0]) : {};
    return { status, ...(headers && { headers }), body };
  };

  const limitSize = (response: GraphqlResponse, { requestId, operation }: AnsweredRequest): GraphqlResponse => {
    const { errors, extensions } = response.body;
    const exceeded = errors?.map(exceededBytes).find((bytes) => bytes !== undefined);
    if (exceeded === undefined && fitsInJson(response.body, maxBytes)) return response;
    // A subgraph may have a lower limit.
    const limit = Math.min(exceeded ?? maxBytes, maxBytes);
    const error = report(responseTooLarge(limit, operation?.kind), requestId);
    return { status: 200, body: { errors: [error], data: null, ...(extensions && { extensions }) } };
  };

  return (outcome, request) => {
    const response = limitSize(formatOutcome(outcome, request), request);
    const { errors = [] } = response.body;
    const codes = errors.map((error) => error.extensions?.code);
    logAnswered(request, codes);
    return response;
  };
}

/** A result whose errors may be anything: executors also collect what a subgraph's client throws. */
type ReportedResult = Omit<ExecutionResult, 'errors'> & { errors?: readonly unknown[] };

/**
 * Execution that threw failed as a whole; a result without `data` was not executed (GraphQL over HTTP, 6.4). Of what is
 * thrown, only a stack overflow is the client's mistake: it comes from planning and compiling what nests too deep.
 */
function statusOf(outcome: Outcome, codes: unknown[]): number {
  if ('thrown' in outcome) return codes.includes('BAD_REQUEST') ? 400 : 500;
  return outcome.data === undefined && outcome.errors ? 400 : 200;
}

/**
 * The status that GraphQL over HTTP (6.4.1) recommends for `application/json`: 200 for any well-formed request, also if
 * nothing was executed because of its document or variables.
 */
export function recommendedJsonStatus(status: number, { errors = [] }: FormattedExecutionResult): number {
  const isOfDocument = errors.every(({ extensions }) => documentErrors.includes(String(extensions?.code)));
  return status === 400 && isOfDocument ? 200 : status;
}

const documentErrors = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
];

/** The status and headers that an error asks for in `extensions.http`, as Apollo Server's own errors do. */
function httpOf(error: unknown): HttpExtension {
  try {
    return error instanceof GraphQLError ? ((error.extensions.http as HttpExtension | undefined) ?? {}) : {};
  } catch {
    // A property of it may throw when it is read.
    return {};
  }
}

interface HttpExtension {
  status?: number;
  headers?: Record<string, string>;
}

const originalOf = (error: unknown) => (error instanceof GraphQLError && error.originalError) || error;

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (isStackOverflow(error)) {
    const extensions = { code: 'BAD_REQUEST' };
    return new GraphQLError(nestedTooDeep('operation'), { originalError: error, extensions });
  }
  if (error instanceof Error) return new GraphQLError(error.message, { originalError: error });
  return new GraphQLError(`Unexpected error value: ${describeError(error)}`);
}

function pathOf(error: unknown): GraphQLError['path'] {
  try {
    return error instanceof GraphQLError ? error.path : undefined;
  } catch {
    return undefined;
  }
}

function codeOf({ extensions, nodes }: GraphQLError): unknown {
  const { code, http } = extensions as { code?: unknown; http?: { status?: number } };
  if (code !== undefined) return code;
  // graphql-js gives coercion errors no code, but the definition of the variable.
  if (nodes?.length === 1 && nodes[0]?.kind === Kind.VARIABLE_DEFINITION) return 'BAD_USER_INPUT';
  // Apollo Server gives some errors a 4xx status and no code.
  return http?.status && http.status < 500 ? 'BAD_REQUEST' : undefined;
}

/** Tells errors of this process's own dependencies; those of another process are in that process's log. */
function isUnavailable(err: unknown, code: unknown): boolean {
  return err instanceof Error && String(code).endsWith('UNAVAILABLE');
}

/** The line of a request: id, operation and duration, and nothing of its variables, headers or data. */
function describeRequest({ requestId, operation, startedAt }: AnsweredRequest) {
  return {
    requestId,
    kind: operation?.kind,
    operation: operation?.name?.slice(0, 100),
    ms: Math.round(performance.now() - startedAt),
  };
}
