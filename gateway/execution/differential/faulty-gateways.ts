import { GraphQLError } from 'graphql';
import type { Gateway, GatewayExecutor, GatewaySettings } from './gateways.ts';
import type { CreateGateway } from './harness.ts';
import { createReferenceGateway } from './reference-gateway.ts';

type Result = Awaited<ReturnType<GatewayExecutor>>;
type Service = ReturnType<GatewaySettings['buildService']>;
type ClientVisible = Pick<GraphQLError, 'message' | 'path' | 'extensions'>;
type Variables = { [name: string]: unknown; representations?: unknown[] | undefined };

/** The data of a response. */
export type Data = Record<string, unknown>;

function withExecutor(settings: GatewaySettings, wrap: (execute: GatewayExecutor) => GatewayExecutor): Gateway {
  const gateway = createReferenceGateway(settings);
  return {
    load: async (options: Parameters<Gateway['load']>[0]) => {
      const loaded = await gateway.load(options);
      return { ...loaded, executor: wrap(loaded.executor) };
    },
    onSchemaLoadOrUpdate: gateway.onSchemaLoadOrUpdate.bind(gateway),
    stop: () => gateway.stop(),
  };
}

/** Changes each result of the reference gateway; resolves to `insteadOfThrowing`, changed, where that throws. */
export function withResult(change: (result: Result) => Result, insteadOfThrowing?: Result): CreateGateway {
  return (settings) =>
    withExecutor(settings, (execute) => async (request) => {
      const result = execute(request);
      return change(await (insteadOfThrowing ? result.catch(() => insteadOfThrowing) : result));
    });
}

/** Changes the list of errors if there is one. */
export function withErrors(change: (errors: readonly GraphQLError[]) => readonly GraphQLError[]): CreateGateway {
  return withResult((result) => (result.errors ? { ...result, errors: change(result.errors) } : result));
}

/** Changes each error. */
export function withEachError(change: (error: ClientVisible) => ClientVisible): CreateGateway {
  const changed = ({ message, path, extensions }: GraphQLError) => {
    const other = change({ message, path, extensions });
    return new GraphQLError(other.message, { path: other.path ?? null, extensions: other.extensions ?? null });
  };
  return withErrors((errors) => errors.map(changed));
}

/** Changes the data if there is any. */
export function withData(change: (data: Data) => Data): CreateGateway {
  return withResult((result) => (result.data ? { ...result, data: change(result.data) } : result));
}

/** Wraps the data source of each subgraph. */
export function withService(wrap: (service: Service) => Service): CreateGateway {
  return (settings) =>
    createReferenceGateway({ ...settings, buildService: (definition) => wrap(settings.buildService(definition)) });
}

/** Changes the variables of each subgraph request. */
export function withVariables(change: (variables: Variables) => Variables): CreateGateway {
  return withService((service) => ({
    process: ({ request, ...rest }) => {
      const { representations, ...others } = change(request.variables ?? {});
      const variables = { ...others, ...(representations && { representations }) };
      return service.process({ ...rest, request: { ...request, variables } });
    },
  }));
}

/** Returns the first result for a document again, whatever the variables. */
export function withStaleResults(settings: GatewaySettings): Gateway {
  const results = new Map<string, Result>();
  return withExecutor(settings, (execute) => async (request) => {
    const result = results.get(request.source) ?? (await execute(request));
    results.set(request.source, result);
    return result;
  });
}
