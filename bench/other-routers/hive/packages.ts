import type { IncomingMessage, RequestListener } from 'node:http';
import type { DocumentNode, ExecutionArgs, GraphQLError, ParseOptions, Source } from 'graphql';

/** What an operation is executed with. `req` is Node's own request, which Hive keeps in its context. */
export interface Context {
  req: IncomingMessage;
  request: Request;
}

/** What is answered, before it is written. Hive takes the status from `extensions.http`, and leaves that out. */
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

/** As much of the plug-ins of Hive, Yoga and Envelop as is used. */
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
    options: { signal?: AbortSignal | null };
    setOptions(options: object): void;
  }): void;
  onResultProcess?(hook: { request: Request; result: Result; setResult(result: Result): void }): void;
}

/** As much of Hive's configuration as is used; the packages are installed in bench/ only. */
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
    fromClientToSubgraphs(asked: { request: Request; subgraphName: string; context: Context }): Record<string, string>;
  };
  upstreamTimeout(asked: { subgraphName: string; executionRequest: SubgraphRequest }): number;
  subgraphErrors: false;
  maskedErrors: { maskError(error: unknown): unknown };
  logging: string;
  plugins(): Plugin[];
}

const name = '@graphql-hive/gateway-runtime';

/** Loads the package, and starts Hive's gateway with a configuration. */
export async function createHiveGateway(
  configuration: Configuration,
): Promise<RequestListener & { dispose(): Promise<void> }> {
  const { createGatewayRuntime } = (await import(name)) as {
    createGatewayRuntime(config: Configuration): RequestListener & { dispose(): Promise<void> };
  };
  return createGatewayRuntime(configuration);
}
