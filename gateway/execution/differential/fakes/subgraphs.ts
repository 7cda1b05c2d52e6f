import type { GraphQLDataSource } from '@apollo/gateway';
import { type DocumentNode, execute, parse } from 'graphql';
import { requestedPaths } from '../../../subgraphs/requested-paths.ts';
import { happens, hashOf, pickBy } from '../operations/random.ts';
import { temper } from '../scenarios.ts';
import type { Supergraph } from '../supergraphs/compose.ts';
import type { World } from './entities.ts';
import { type Answer, type Asked, spoil } from './faults.ts';
import { identitiesOf } from './identities.ts';
import { addResolvers } from './resolvers.ts';
import { createVirtualClock } from './virtual-clock.ts';

type Variables = Record<string, unknown>;

/** What a subgraph was asked. */
export interface Call {
  subgraph: string;
  query: string;
  variables: Variables;
}

/** Where an execution takes place: it goes with the request as its context, so one gateway serves any number of them. */
export interface Scene {
  [key: string]: unknown;
  /** Answers as a subgraph, with JSON. */
  ask(call: Call): Promise<Answer>;
  /** What was asked so far, in order. */
  calls: Call[];
  /** Resolves when everything is answered: an executor that throws may leave calls behind. */
  over(): Promise<void>;
}

type Process = GraphQLDataSource['process'];

/** A data source for the gateways under test: it asks the scene that the request brings with it. */
export function buildService({ name }: { name: string }): GraphQLDataSource {
  return {
    process: ({ request, context }) =>
      (context as Scene).ask({
        subgraph: name,
        query: request.query ?? '',
        variables: request.variables ?? {},
      }) as ReturnType<Process>,
  };
}

/** Stands the subgraphs of a supergraph up. Each scene that it makes is the same for the same seed and mood. */
export function createFakeSubgraphs({ subgraphs }: Supergraph): (world: World) => Scene {
  const documents = new Map<string, DocumentNode>();
  const identities = identitiesOf(subgraphs);
  for (const subgraph of subgraphs) addResolvers(subgraph, identities);
  const schemas = new Map(subgraphs.map(({ name, schema }) => [name, schema]));
  const typeNames = subgraphs.flatMap(({ schema }) =>
    Object.keys(schema.getTypeMap()).filter((name) => !/^_/.test(name)),
  );

  return ({ seed, mood: wanted }) => {
    const mood = temper(wanted, seed);
    const world = { seed, mood };
    const clock = createVirtualClock();
    const calls: Call[] = [];

    async function ask(call: Call): Promise<Answer> {
      // What an executor does with its variables afterwards is its own affair.
      const asked = structuredClone(call);
      calls.push(asked);
      const at = [seed, call.subgraph, call.query].join(' ');
      const text = JSON.stringify(answerTo(asked, at));
      await clock.wait(mood.late ? hashOf(at, 'late') : 1);
      if (text === undefined) throw new Error(`connect ECONNREFUSED ${call.subgraph}`);
      return JSON.parse(text) as Answer;
    }

    function answerTo(call: Call, at: string): Answer | undefined {
      if (!happens(mood.down, at, 'down')) return spoil(rightAnswer(call), askedIn(call), world, typeNames);
      if (pickBy(['rejects', 'answers'], at, 'how') === 'rejects') return undefined;
      const message = 'Try again.';
      const extensions = { code: 'SERVICE_UNAVAILABLE' };
      return { errors: requestedPaths(call).map((path) => ({ message, path, extensions })) };
    }

    function rightAnswer({ subgraph, query, variables }: Call): Answer {
      const schema = schemas.get(subgraph);
      if (!schema) throw new Error(`There is no subgraph ${subgraph}.`);
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const result = execute({ schema, document, variableValues: variables, contextValue: world });
      if (result instanceof Promise) throw new Error('Resolvers do not wait.');
      return JSON.parse(JSON.stringify(result)) as Answer;
    }

    return { ask, calls, over: clock.idle };
  };
}

function askedIn({ subgraph, query, variables }: Call): Asked {
  const { representations } = variables;
  return { subgraph, query, representations: Array.isArray(representations) ? representations : undefined };
}
