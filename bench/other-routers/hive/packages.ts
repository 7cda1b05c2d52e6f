import type { IncomingMessage, RequestListener } from 'node:http';
import type { DocumentNode, ExecutionArgs, GraphQLError, ParseOptions, Source } from 'graphql';

/** The context of an operation. `req` is Node's request. */
export interface Context {
  req: IncomingMessage;
  request: Request;
}

/** A result before serialisation. Hive reads the HTTP status from `extensions.http`, and removes it. */
export interface Result {
  data?: unknown;
  errors?: readonly GraphQLError[] | readonly object[];
  extensions?: { http?: { status: number } };
}

/** One call to a subgraph. */
export interface SubgraphRequest {
  operationType: 'query' | 'mutation';
  context?: Context;
}

export type SubgraphExecutor = (request: SubgraphRequest) => Promise<Result> | Result;

/** The parts in use of the plug-in interfaces of Hive, Yoga and Envelop. */
export interface Plugin {
  onParse?(hook: { setParseFn(parse: (source: string | Source, options?: ParseOptions) => DocumentNode): void }): void;
  onValidate?(hook: { addValidationRule(rule: object): void }): void;
  onExecute?(hook: { args: ExecutionArgs; setResultAndStopExecution(result: Result): void }): void;
  onSubscribe?(hook: { setResultAndStopExecution(result: Result): void }): void;
  onSubgraphExecute?(hook: {
    subgraphName: string;
    executor: SubgraphExecutor;
    setExecutor(executor: SubgraphExecutor): void;
  }): void;
  onFetch?(hook: {
    context: Partial<Context>;
    executionRequest?: SubgraphRequest;
    url: string;
    options: { method?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal | null };
    setOptions(options: object): void;
  }): void;
  onResultProcess?(hook: { request: Request; result: Result; setResult(result: Result): void }): void;
}

/** The parts in use of Hive's configuration; the packages are installed in bench/ only. */
export interface Configuration {
  supergraph: string;
  graphqlEndpoint: string;
  healthCheckEndpoint: string;
  readinessCheckEndpoint: string;
  graphiql: boolean;
  landingPage: boolean;
  batching: boolean;
  multipart: boolean;
  cors: false | { origin: string[]; methods: string[]; exposedHeaders: string[]; maxAge: number };
  csrfPrevention: { requestHeaders: string[] };
  propagateHeaders: {
    fromClientToSubgraphs(options: {
      request: Request;
      subgraphName: string;
      context: Context;
    }): Record<string, string>;
  };
  upstreamTimeout(options: { subgraphName: string; executionRequest: SubgraphRequest }): number;
  subgraphErrors: false;
  maskedErrors: { maskError(error: unknown): unknown };
  logging: string;
  plugins(): Plugin[];
}

const name = '@graphql-hive/gateway-runtime';

/** Loads the package and creates a Hive gateway. */
export async function createHiveGateway(
  configuration: Configuration,
): Promise<RequestListener & { dispose(): Promise<void> }> {
  const { createGatewayRuntime } = (await import(name)) as {
    createGatewayRuntime(config: Configuration): RequestListener & { dispose(): Promise<void> };
  };
  return createGatewayRuntime(configuration);
}
