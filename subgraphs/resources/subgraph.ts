import DataLoader from 'dataloader';
import type { Authenticate } from '../../runtime/access-token.ts';
import type { IncomingRequest } from '../../runtime/graphql-http.ts';
import { buildSchema } from '../../runtime/subgraph-schema.ts';
import { type ResourcesContext, resolvers } from './resolvers.ts';
import type { Resources } from './resources.ts';
import type { Resource } from './storage/resource-store.ts';

/** The subgraph's schema, and what its resolvers get with each request. */
export function createResourcesSubgraph({
  resources,
  authenticate,
}: {
  resources: Resources;
  authenticate: Authenticate;
}) {
  return {
    schema: buildSchema('resources', resolvers),
    context: ({ requestId, authorization }: IncomingRequest): ResourcesContext => {
      const requireViewer = () => authenticate(authorization);
      const loader = new DataLoader<string, Resource | undefined>(async (ids) =>
        resources.findMany(requireViewer().id, ids),
      );
      return { requestId, requireViewer, resources, loadResource: (id) => loader.load(id) };
    },
  };
}
