import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, getOperationAST, parse, validate } from 'graphql';
import { ApiError } from '../../../platform/api-error.ts';
import type { Policies } from '../../../platform/authorization/permissions.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { createExecutor, type ExecutorName } from '../../executor.ts';
import type { Identity } from '../../identity/identity.ts';

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown; resolvers?: unknown }>;

/** A subgraph: its SDL without `@link`, and its resolvers by type. */
export interface Subgraph {
  sdl: string;
  resolvers: NonNullable<SubgraphModule['resolvers']>;
}

export interface GatewayParts {
  subgraphs: Record<string, Subgraph>;
  /** Changes the composed supergraph, as an older composition would print it. */
  changeSupergraph?: (sdl: string) => string;
  policies?: Policies;
}

const imports = ['key', 'external', 'requires', 'shareable', 'authenticated', 'requiresScopes', 'policy'];
const link = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.map((name) => `"@${name}"`).join()}]
)`;

export const missing: Identity = { error: new ApiError({ code: 'UNAUTHENTICATED', reason: 'MISSING' }, 'Log in.') };
export const session: Identity = { viewer: { id: 'ada', sessionId: 's' } };
export const script = (...scopes: string[]): Identity => ({ viewer: { id: 'ada', sessionId: 's', scopes } });
export const ofViewer = (viewer: Viewer): Identity => ({ viewer });

/** Composes subgraphs without protection of their own, and starts a gateway's executor before them. */
export async function startExecutor(
  name: ExecutorName,
  { subgraphs, changeSupergraph = (sdl) => sdl, policies = {} }: GatewayParts,
) {
  const services = Object.entries(subgraphs).map(([subgraph, { sdl, resolvers }]) => {
    const typeDefs = parse(link + sdl);
    return {
      name: subgraph,
      url: `http://${subgraph}`,
      typeDefs,
      schema: buildSubgraphSchema({ typeDefs, resolvers }),
    };
  });
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const calls: string[] = [];
  const call = async (subgraph: string, query: string, variableValues: Record<string, unknown>) => {
    calls.push(`${subgraph}: ${query.replaceAll(/\s+/g, ' ').trim()}`);
    const schema = services.find((each) => each.name === subgraph)?.schema;
    if (!schema) throw new Error(`There is no subgraph ${subgraph}.`);
    const result = await execute({ schema, document: parse(query), variableValues });
    return JSON.parse(JSON.stringify(result)) as object;
  };
  const executor = await createExecutor(name, {
    supergraphSdl: changeSupergraph(supergraphSdl),
    buildService: (definition) => ({
      process: ({ request }) => call(definition.name, request.query ?? '', request.variables ?? {}),
      prepare:
        ({ query }) =>
        (variables) =>
          call(definition.name, query, variables),
    }),
    logger: captureLog('silent').log,
    policies,
  });

  const prepare = (source: string) => {
    const document = parse(source);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('The document holds no operation, or several.');
    if (validate(executor.schema, document).length > 0) throw new Error('The document is invalid.');
    const prepared = executor.prepare({ source, document, operation, operationName: undefined });
    /** Executes the operation for a caller. */
    const run = async (caller: Identity | Promise<Identity>, variables: Record<string, unknown> = {}) => {
      calls.length = 0;
      const context = { caller: { identity: () => caller } };
      const { data, errors: found = [] } = await prepared.execute({ variables, context });
      return {
        data: data === undefined ? undefined : (JSON.parse(JSON.stringify(data)) as unknown),
        errors: found.map(({ path, extensions }) => [path?.join('.'), extensions]),
        calls: [...calls],
      };
    };
    return Object.assign(run, { sizeBytes: () => prepared.sizeBytes() });
  };
  return { prepare, run: (source: string, caller: Identity) => prepare(source)(caller) };
}
