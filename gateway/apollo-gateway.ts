import { ApolloGateway } from '@apollo/gateway';
import type { Logger } from '../platform/process/logger.ts';
import { createCompiledGateway, type Gateway as ExecutingGateway } from './execution/compiled-executor.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphSettings } from './subgraphs/subgraph-client.ts';

/** Who runs query plans: the compiled executor, or Apollo's own. */
export type ExecutorName = 'lean' | 'apollo';

export interface Gateway {
  gateway: ExecutingGateway;
  /** Lets go of the connections to the subgraphs. */
  close(): Promise<void>;
}

/** Plans operations over the composed supergraph, and asks the subgraphs through clients of our own. */
export function createGateway({
  supergraphSdl,
  subgraphs,
  executor,
  log,
}: {
  supergraphSdl: string;
  subgraphs: SubgraphSettings[];
  executor: ExecutorName;
  log: Logger;
}): Gateway {
  const clients = new Map<string, SubgraphClient>(
    subgraphs.map((subgraph) => [subgraph.name, createSubgraphClient(subgraph, log)]),
  );
  const buildService = ({ name }: { name: string }) => {
    const client = clients.get(name);
    if (!client) throw new Error(`The supergraph has a subgraph ${name}, and the gateway has no address for it.`);
    return client;
  };
  const config = { supergraphSdl, buildService, logger: log };
  return {
    gateway: executor === 'lean' ? createCompiledGateway(config) : new ApolloGateway(config),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
