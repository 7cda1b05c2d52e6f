import { GraphQLError, print } from 'graphql';
import {
  createApolloGateway,
  type Gateway,
  type GatewayExecutor,
  type GatewaySettings,
  type QueryPlan,
} from './gateways.ts';
import { inClientNames, mayCollide, requiredNamesIn, withHarmlessNames } from './operations/harmless-names.ts';
import { isRecord } from './operations/random.ts';

type Result = Awaited<ReturnType<GatewayExecutor>>;

/** Gives a result the response names of the client. */
export type Restore = (result: Result) => Result;

/**
 * Creates the gateway that others are compared with: Apollo's, which runs an operation whose response names it might
 * confuse under harmless ones. `restore` gives its results the client's names.
 */
export function createReferenceGateway(
  settings: GatewaySettings,
  { onPlan, restore = restoreNames }: { onPlan?: (plan: QueryPlan) => void; restore?: Restore } = {},
): Gateway {
  const gateway = createApolloGateway(settings, onPlan);
  const required = requiredNamesIn(settings.supergraphSdl);
  return {
    load: async (options: Parameters<Gateway['load']>[0]) => {
      const loaded = await gateway.load(options);
      const executor: GatewayExecutor = async (request) => {
        const names = { schema: request.schema, required };
        if (!mayCollide(request.document, names)) return restore(await loaded.executor(request));
        const document = withHarmlessNames(request.document, names);
        const operation = document.definitions[request.document.definitions.indexOf(request.operation)];
        if (operation?.kind !== request.operation.kind) throw new Error('The renamed document has other definitions.');
        const source = print(document);
        return restore(await loaded.executor({ ...request, document, operation, source, queryHash: source }));
      };
      return { ...loaded, executor };
    },
    onSchemaLoadOrUpdate: gateway.onSchemaLoadOrUpdate.bind(gateway),
    stop: () => gateway.stop(),
  };
}

/** Gives keys and error paths the client's names. */
export function restoreNames(result: Result): Result {
  const { data, errors, extensions } = result;
  return {
    ...result,
    ...(data !== undefined && { data: restoreKeys(data) as typeof data }),
    ...(errors && { errors: errors.map(restorePath) }),
    ...(Array.isArray(extensions?.valueCompletion) && {
      extensions: { ...extensions, valueCompletion: extensions.valueCompletion.map(restorePath) },
    }),
  };
}

function restoreKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restoreKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [inClientNames(key), restoreKeys(field)]));
}

function restorePath(error: GraphQLError): GraphQLError {
  if (!(error instanceof GraphQLError) || !error.path) return error;
  const path = error.path.map((key) => (typeof key === 'string' ? inClientNames(key) : key));
  return new GraphQLError(error.message, { extensions: error.extensions, path });
}
