import type { GraphQLDataSource } from '@apollo/gateway';
import { type DocumentNode, execute, parse } from 'graphql';
import { requestedPaths } from '../../../subgraphs/requested-paths.ts';
import { inClientNames } from '../operations/harmless-names.ts';
import { happens, hashOf, pickBy } from '../operations/random.ts';
import { scale } from '../scenarios.ts';
import type { Supergraph } from '../supergraphs/compose.ts';
import type { CaseContext } from './entities.ts';
import { injectFaults, type SubgraphRequest, type SubgraphResponse } from './faults.ts';
import { identitiesOf } from './identities.ts';
import { addResolvers } from './resolvers.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Answers for all subgraphs during one execution. It is the execution's context, so a gateway can serve many at once. */
export interface FakeBackend {
  [key: string]: unknown;
  respond(request: SubgraphRequest): Promise<SubgraphResponse>;
  /** The requests so far, in order. */
  calls: SubgraphRequest[];
  /** Resolves when no request is pending. */
  idle(): Promise<void>;
}

type Process = GraphQLDataSource['process'];

/** Creates a data source for the gateways, which takes the backend from the context of the execution. */
export function buildService({ name }: { name: string }): GraphQLDataSource {
  return {
    process: ({ request, context }) =>
      (context as FakeBackend).respond({
        subgraph: name,
        query: request.query ?? '',
        variables: request.variables ?? {},
      }) as ReturnType<Process>,
  };
}

/** Creates fake subgraphs. The backends that it returns respond alike for the same seed and scenario. */
export function createFakeSubgraphs({ subgraphs }: Supergraph): (caseContext: CaseContext) => FakeBackend {
  const documents = new Map<string, DocumentNode>();
  const identities = identitiesOf(subgraphs);
  for (const subgraph of subgraphs) addResolvers(subgraph, identities);
  const schemas = new Map(subgraphs.map(({ name, schema }) => [name, schema]));
  const typeNames = subgraphs.flatMap(({ schema }) =>
    Object.keys(schema.getTypeMap()).filter((name) => !/^_/.test(name)),
  );

  return ({ seed, scenario: unscaled }) => {
    const scenario = scale(unscaled, seed);
    const caseContext = { seed, scenario };
    const clock = createVirtualClock();
    const calls: SubgraphRequest[] = [];

    async function respond(request: SubgraphRequest): Promise<SubgraphResponse> {
      // The executor may change its variables afterwards.
      const call = structuredClone(request);
      calls.push(call);
      const at = [seed, call.subgraph, inClientNames(call.query)].join(' ');
      const json = JSON.stringify(responseTo(call, at));
      await clock.wait(scenario.late ? hashOf(at, 'late') : 1);
      if (json === undefined) throw new Error(`connect ECONNREFUSED ${call.subgraph}`);
      return JSON.parse(json) as SubgraphResponse;
    }

    /** Returns undefined if the call is to reject. */
    function responseTo(request: SubgraphRequest, at: string): SubgraphResponse | undefined {
      if (!happens(scenario.down, at, 'down'))
        return injectFaults(correctResponse(request), request, { ...caseContext, typeNames });
      if (pickBy(['rejects', 'answers'], at, 'how') === 'rejects') return undefined;
      const message = 'Try again.';
      const extensions = { code: 'SERVICE_UNAVAILABLE' };
      return { errors: requestedPaths(request).map((path) => ({ message, path, extensions })) };
    }

    function correctResponse({ subgraph, query, variables }: SubgraphRequest): SubgraphResponse {
      const schema = schemas.get(subgraph);
      if (!schema) throw new Error(`The supergraph has no subgraph ${subgraph}.`);
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const result = execute({ schema, document, variableValues: variables, contextValue: caseContext });
      if (result instanceof Promise) throw new Error('The fake resolvers must be synchronous.');
      return JSON.parse(JSON.stringify(result)) as SubgraphResponse;
    }

    return { respond, calls, idle: clock.idle };
  };
}
