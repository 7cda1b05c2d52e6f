import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FormattedExecutionResult, GraphQLSchema, ValidationRule } from 'graphql';
import { handleUntilDrained } from '../http/connection-drain.ts';
import { answerMalformedRequests } from '../http/malformed-requests.ts';
import { securityHeaders, withHsts } from '../http/security-headers.ts';
import { endSlowRequests } from '../http/slow-requests.ts';
import { fitsInJson, leastJsonBytes } from '../json.ts';
import type { Running } from '../process/lifecycle.ts';
import { createLimitedLog } from '../process/limited-log.ts';
import type { Logger } from '../process/logger.ts';
import { createShutdown, type Shutdown } from '../process/shutdown.ts';
import { errorCode, StartupError } from '../process/startup-error.ts';
import { createApolloServer } from './apollo-server.ts';
import type { PublicErrors } from './error-formatting.ts';
import { createExecution, type RequestContext } from './execute.ts';
import type { IncomingRequest } from './graphql-endpoint.ts';
import { createGraphqlListener, type GraphqlHttpSettings } from './http-handler.ts';
import { introspectionOff } from './introspection-off.ts';
import { createPreparedOperations, type Executor, type OperationRequest } from './prepared-operations.ts';
import { defaultMaxBodyBytes } from './request-body.ts';
import { createRespond, type GraphqlResponse } from './respond.ts';

/** The address that a server listens on, and the environment variable that sets its port. */
export interface Listen {
  host: string;
  /** 0 for any free port. */
  port: number;
  portVariable: string;
}

/** A server that serves GraphQL at `url`. */
export interface RunningServer extends Running {
  /** Absolute, including `/graphql`. */
  url: string;
  execute: ExecuteInProcess;
}

/** An operation that a subgraph does not read because of its size, over HTTP or in process. */
export class OperationTooLargeError extends Error {
  override name = 'OperationTooLargeError';
}

/**
 * Executes an operation of a caller in this process as one that came over HTTP: with the same context, rules and limits.
 * Rejects where the HTTP status would be anything but 200.
 */
export type ExecuteInProcess = (
  operation: OperationRequest,
  request: Omit<IncomingRequest, 'isGateway'> & { isTrusted?: boolean | undefined },
) => Promise<FormattedExecutionResult>;

/** Adds checks before the operations of a schema. */
export type WrapExecutor = (executor: Executor) => Executor;

export type GraphqlServerSettings<Context extends RequestContext> = Omit<
  GraphqlHttpSettings<Context>,
  'apollo' | 'execution'
> &
  // A subgraph has a schema with resolvers; a gateway has an executor, and accepts persisted queries.
  ({ schema: GraphQLSchema; wrapExecutor?: WrapExecutor } | { executor: Executor }) & {
    /** Accepts automatic persisted queries; by default, only a gateway does. */
    acceptsPersistedQueries?: boolean;
    /** Applied beside those of the specification. */
    validationRules?: ValidationRule[];
    /** Shows the schema to clients, and suggests names of it; true by default. */
    introspection?: boolean;
    publicErrors: PublicErrors;
    /** Limit of the JSON of one response; `defaultMaxResponseBytes` if omitted. */
    maxResponseBytes?: number | undefined;
    listen: Listen;
    /** Shared by the servers of a process; one with the default grace period if omitted. */
    shutdown?: Shutdown;
    /** Releases what the server needed, after its last response. */
    close?: () => void | Promise<void>;
  };

/**
 * Lets a client that waits for `100 Continue` send its body when somebody reads it: one that is rejected by its headers is
 * never sent (RFC 9110, section 10.1.1). What such a client sends after another response is uncertain, so that closes.
 */
function continueWhenRead(this: Server, req: IncomingMessage, res: ServerResponse): void {
  const { shouldKeepAlive } = res;
  res.shouldKeepAlive = false;
  req.once('resume', () => {
    if (res.headersSent) return;
    res.shouldKeepAlive = shouldKeepAlive;
    res.writeContinue();
  });
  this.emit('request', req, res);
}

/** Starts a GraphQL server on `node:http`; resolves when it listens. */
export async function startGraphqlServer<Context extends RequestContext>(
  settings: GraphqlServerSettings<Context>,
): Promise<RunningServer> {
  const { validationRules = [], introspection = true, shutdown = createShutdown(), log } = settings;
  const publicErrors = { ...settings.publicErrors, hidesSuggestions: !introspection };
  const httpServer = createServer({ requireHostHeader: false });
  // Node would leave out all headers after the 2,000th. Their bytes are limited.
  httpServer.maxHeadersCount = 0;
  httpServer.on('checkContinue', continueWhenRead);
  endSlowRequests(httpServer);
  answerMalformedRequests(httpServer, withHsts(securityHeaders, settings.hstsSeconds ?? 0), createLimitedLog(log));

  const isGateway = 'executor' in settings;
  const { wrapExecutor = (executor: Executor) => executor } = isGateway ? {} : settings;
  const executor = isGateway ? settings.executor : wrapExecutor(await loadJitExecutor(settings.schema, log));
  const respond = createRespond(publicErrors, log, settings.maxResponseBytes);
  const execution = createExecution(createPreparedOperations(executor), respond);
  const apollo = createApolloServer({
    schema: executor.schema,
    validationRules: introspection ? validationRules : [...introspectionOff, ...validationRules],
    acceptsPersistedQueries: settings.acceptsPersistedQueries ?? isGateway,
    execution,
    respond,
    publicErrors,
    log,
  });
  await apollo.start();
  const checkReady = async () => {
    shutdown.signal.throwIfAborted();
    return settings.checkReady();
  };
  const serving = { ...settings, checkReady, apollo, execution };
  const { track, drain } = handleUntilDrained(httpServer, createGraphqlListener(serving), shutdown);
  const stop = async () => {
    try {
      await drain();
    } finally {
      await apollo.stop();
      await settings.close?.();
    }
  };
  const url = await startListening(httpServer, settings.listen).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  log.info({ url }, 'listening');
  const logStop = () => log.info({ delayMs: shutdown.delayMs, graceMs: shutdown.graceMs }, 'stopping');
  shutdown.signal.addEventListener('abort', logStop, { once: true });
  const executeHere = executeInProcess(serving);
  return { url, stop, execute: (operation, incoming) => track(executeHere(operation, incoming)) };
}

function executeInProcess<Context extends RequestContext>(settings: GraphqlHttpSettings<Context>): ExecuteInProcess {
  const { apollo, execution, context: contextOf, uploads } = settings;
  const maxBytes = uploads?.json.maxBytes ?? settings.maxBodyBytes ?? defaultMaxBodyBytes;
  // Nobody writes the JSON of an upload: that would take as long as everything else that is done with it.
  const fits = (operation: OperationRequest) =>
    uploads ? leastJsonBytes(operation, maxBytes) <= maxBytes : fitsInJson(operation, maxBytes);
  return async (operation, { isTrusted, ...incoming }) => {
    if (!fits(operation)) throw new OperationTooLargeError(`The operation is over ${maxBytes} bytes.`);
    const context = contextOf({ ...incoming, isGateway: true });
    if (isTrusted) context.isTrusted = true;
    context.isWrittenOut = true;
    const { status, body } =
      (await execution.executePrepared(operation, context)) ?? (await executeByApollo(apollo, operation, context));
    if (status !== 200) throw new Error(`The subgraph responded to the operation with status ${status}.`);
    return body;
  };
}

/** Does in this process what the listener does over HTTP for an operation that is not prepared. */
async function executeByApollo(
  apollo: GraphqlHttpSettings<RequestContext>['apollo'],
  { query, variables, operationName }: OperationRequest,
  contextValue: RequestContext,
): Promise<GraphqlResponse> {
  const request = { query, ...(variables && { variables }), ...(operationName !== undefined && { operationName }) };
  const { body, http } = await apollo.executeOperation(request, { contextValue });
  if (body.kind !== 'single') throw new Error('Incremental delivery is not supported.');
  return { status: http.status ?? 200, body: body.singleResult };
}

/** Imports the compiler only for a schema: a gateway starts without it. */
async function loadJitExecutor(schema: GraphQLSchema, log: Logger): Promise<Executor> {
  const { createJitExecutor } = await import('./jit-executor.ts');
  return createJitExecutor(schema, log);
}

async function startListening(server: Server, { host, port, portVariable }: Listen): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListen(error, { host, port, portVariable })));
    server.listen({ host, port }, resolve);
  });
  const { address, port: taken } = server.address() as AddressInfo;
  const name = /^(0\.0\.0\.0|::)$/.test(address) ? '127.0.0.1' : address;
  return `http://${name.includes(':') ? `[${name}]` : name}:${taken}/graphql`;
}

/** Explains why nothing can listen there, and how to fix it; any other error is returned as it is. */
export function explainListen(error: Error, { host, port, portVariable }: Listen): Error {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new StartupError(`Port ${port} is taken: stop what listens there, or set ${portVariable} to another.`);
    case 'EACCES':
      return new StartupError(`Port ${port} may not be used by this user: set ${portVariable} to one over 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(`${host} is no address of this machine: set HOST to one that is.`);
    default:
      return error;
  }
}
