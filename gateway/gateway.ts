import { ApolloGateway } from '@apollo/gateway';
import type { Logger } from '../runtime/logger.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphSettings } from './subgraph-client.ts';

export interface Gateway {
  apollo: ApolloGateway;
  /** Lets go of the connections to the subgraphs. */
  close(): Promise<void>;
}

/** Plans operations over the composed supergraph, and asks the subgraphs through clients of our own. */
export function createGateway({
  supergraphSdl,
  subgraphs,
  log,
}: {
  supergraphSdl: string;
  subgraphs: SubgraphSettings[];
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
  return {
    apollo: new ApolloGateway({ supergraphSdl, buildService, logger: log }),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
