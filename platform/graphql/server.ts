import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type BaseContext,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FormattedExecutionResult, GraphQLSchema, ValidationRule } from 'graphql';
import { trackConnections } from '../http/connection-drain.ts';
import { fitsInJson } from '../json.ts';
import { createGracePeriod, type GracePeriod } from '../process/grace-period.ts';
import type { Running } from '../process/lifecycle.ts';
import { errorCode, StartupError } from '../process/startup-error.ts';
import { createCachedExecution } from './cached-execution.ts';
import {
  createErrorFormatter,
  keepExtensionsInside,
  type PublicErrors,
  reportErrors,
  requireOperation,
} from './error-formatting.ts';
import {
  createGraphqlListener,
  defaultMaxBodyBytes,
  type GraphqlHttpSettings,
  type IncomingRequest,
} from './http-handler.ts';
import { createOperationCache, type Gateway, type Operation } from './operation-cache.ts';
import { logRequests } from './request-log.ts';

/** Where a server listens, and the variable that moves it. */
export interface Listen {
  host: string;
  /** 0 for any that is free. */
  port: number;
  portVariable: string;
}

/** A server that answers GraphQL at `url`. */
export interface RunningServer extends Running {
  /** Absolute, up to and with `/graphql`. */
  url: string;
  execute: ExecuteInProcess;
}

/**
 * Executes an operation of a caller in this process as one that came over HTTP: with the same context, rules and limits.
 * Rejects where HTTP would answer anything but 200.
 */
export type ExecuteInProcess = (operation: Operation, request: IncomingRequest) => Promise<FormattedExecutionResult>;

export type GraphqlServerSettings<Context extends BaseContext> = Omit<
  GraphqlHttpSettings<Context>,
  'server' | 'executeCached'
> &
  ({ schema: GraphQLSchema } | { gateway: ApolloServerOptionsWithGateway<Context>['gateway'] }) & {
    /** Beside those of the specification. */
    validationRules?: ValidationRule[];
    publicErrors: PublicErrors;
    listen: Listen;
    /** How long a stop waits for requests in flight; the default period if omitted. */
    grace?: GracePeriod;
    /** Lets go of what the server needed, after its last answer. */
    close?: () => void | Promise<void>;
  };

/** From the first byte of a request to its last: a client that trickles holds a connection no longer. */
const requestTimeoutMs = 30_000;
/** Of a client's document: far over what clients write, far under what would cost seconds to validate or to plan. */
const maxTokens = 5_000;
/** The same, with every fragment counted wherever it is spread. */
const maxRecursiveSelections = 2_000;

/** Starts an Apollo server on `node:http`; resolves when it listens. */
export async function startGraphqlServer<Context extends BaseContext & { requestId: string }>(
  settings: GraphqlServerSettings<Context>,
): Promise<RunningServer> {
  const httpServer = createServer({ requestTimeout: requestTimeoutMs });
  const drainConnections = trackConnections(httpServer);
  const isGateway = 'gateway' in settings;
  const familiar = createOperationCache(isGateway ? settings.gateway : await executorOf(settings.schema));
  const server = new ApolloServer<Context>({
    gateway: familiar.gateway,
    ...(isGateway ? { parseOptions: { maxTokens }, maxRecursiveSelections } : { persistedQueries: false }),
    validationRules: settings.validationRules ?? [],
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: createErrorFormatter(settings.publicErrors),
    logger: settings.log,
    plugins: [
      ...telemetryOff<Context>(),
      requireOperation(),
      reportErrors(settings.publicErrors, settings.log),
      ...(isGateway ? [keepExtensionsInside<Context>(settings.log)] : []),
      logRequests(settings.log),
    ],
  });
  await server.start();
  const answering = { ...settings, server, executeCached: createCachedExecution<Context>(familiar, settings.log) };
  httpServer.on('request', createGraphqlListener(answering));
  const { grace = createGracePeriod() } = settings;
  const stop = async () => {
    try {
      await drainConnections(grace);
    } finally {
      await server.stop();
      await settings.close?.();
    }
  };
  const url = await startListening(httpServer, settings.listen).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  settings.log.info({ url }, 'listening');
  return { url, stop, execute: executeInProcess(answering) };
}

function executeInProcess<Context extends BaseContext>(settings: GraphqlHttpSettings<Context>): ExecuteInProcess {
  const { server, executeCached, context: contextOf, maxBodyBytes = defaultMaxBodyBytes } = settings;
  return async (operation, incoming) => {
    if (!fitsInJson(operation, maxBodyBytes)) throw new Error(`The operation is over ${maxBodyBytes} bytes.`);
    const familiar = await executeCached(operation, contextOf(incoming));
    if ('data' in familiar) return familiar;
    const { query, variables, operationName } = operation;
    const request = { query, ...(variables && { variables }), ...(operationName !== undefined && { operationName }) };
    const { body, http } = await server.executeOperation(request, { contextValue: familiar.context });
    if (body.kind !== 'single') throw new Error('An answer in parts was asked for, which no schema here offers.');
    if (http.status !== undefined && http.status !== 200) throw new Error(`The operation was answered ${http.status}.`);
    return body.singleResult;
  };
}

/** Loaded only where there is a schema to execute: a gateway starts without the compiler. */
async function executorOf(schema: GraphQLSchema): Promise<Gateway> {
  const { createJitExecutor } = await import('./jit-executor.ts');
  return createJitExecutor(schema);
}

/** Apollo's own pages, caches and reports, which an environment variable of Apollo's would otherwise turn on. */
function telemetryOff<Context extends BaseContext>(): ApolloServerPlugin<Context>[] {
  return [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
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

/** Why nothing can listen there, as a line that says how to mend it; any other error as it is. */
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
