import { GraphQLError } from 'graphql';
import { createStockGateway, type Gateway, type GatewayExecutor, type GatewaySettings } from './gateways.ts';
import type { CreateGateway } from './harness.ts';

type Result = Awaited<ReturnType<GatewayExecutor>>;
type Service = ReturnType<GatewaySettings['buildService']>;
type Visible = Pick<GraphQLError, 'message' | 'path' | 'extensions'>;
type Variables = { [name: string]: unknown; representations?: unknown[] | undefined };

/** What clients asked for. */
export type Data = Record<string, unknown>;

function wrapped(settings: GatewaySettings, wrap: (execute: GatewayExecutor) => GatewayExecutor): Gateway {
  const gateway = createStockGateway(settings);
  return {
    load: async (options: Parameters<Gateway['load']>[0]) => {
      const loaded = await gateway.load(options);
      return { ...loaded, executor: wrap(loaded.executor) };
    },
    onSchemaLoadOrUpdate: gateway.onSchemaLoadOrUpdate.bind(gateway),
    stop: () => gateway.stop(),
  };
}

/** Answers something else than the stock gateway does, or anything at all where that one throws. */
export function answering(change: (result: Result) => Result, insteadOfThrowing?: Result): CreateGateway {
  return (settings) =>
    wrapped(settings, (execute) => async (request) => {
      const run = execute(request);
      return change(await (insteadOfThrowing ? run.catch(() => insteadOfThrowing) : run));
    });
}

/** Has other errors, where there are any. */
export function withErrors(change: (errors: readonly GraphQLError[]) => readonly GraphQLError[]): CreateGateway {
  return answering((result) => (result.errors ? { ...result, errors: change(result.errors) } : result));
}

/** Has something else in each error. */
export function withEachError(change: (error: Visible) => Visible): CreateGateway {
  const changed = ({ message, path, extensions }: GraphQLError) => {
    const other = change({ message, path, extensions });
    return new GraphQLError(other.message, { path: other.path ?? null, extensions: other.extensions ?? null });
  };
  return withErrors((errors) => errors.map(changed));
}

/** Has other data, where there are any. */
export function withData(change: (data: Data) => Data): CreateGateway {
  return answering((result) => (result.data ? { ...result, data: change(result.data) } : result));
}

/** Asks subgraphs in another way. */
export function asking(wrap: (service: Service) => Service): CreateGateway {
  return (settings) =>
    createStockGateway({ ...settings, buildService: (definition) => wrap(settings.buildService(definition)) });
}

/** Sends subgraphs other variables. */
export function sending(change: (variables: Variables) => Variables): CreateGateway {
  return asking((service) => ({
    process: ({ request, ...rest }) => {
      const { representations, ...others } = change(request.variables ?? {});
      const variables = { ...others, ...(representations && { representations }) };
      return service.process({ ...rest, request: { ...request, variables } });
    },
  }));
}

/** Answers what it answered first, however often and with whatever it is asked. */
export function remembering(settings: GatewaySettings): Gateway {
  const answers = new Map<string, Result>();
  return wrapped(settings, (execute) => async (request) => {
    const answer = answers.get(request.source) ?? (await execute(request));
    answers.set(request.source, answer);
    return answer;
  });
}
