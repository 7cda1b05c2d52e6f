import DataLoader from 'dataloader';
import type { IncomingRequest } from '../../platform/graphql/graphql-endpoint.ts';
import { buildSchema } from '../../platform/graphql/subgraph-schema.ts';
import type { Authenticate, Viewer } from '../../platform/tokens/access-token.ts';
import { sessionEnded } from '../../platform/tokens/token-errors.ts';
import { policies } from '../../schema/policies.ts';
import { type ResourcesContext, resolvers } from './resolvers.ts';
import type { Resources } from './resources/resources.ts';
import { shareLists } from './resources/shared-lists.ts';
import type { Resource } from './storage/resource.ts';
import type { RevocationStore } from './storage/revocation-store.ts';

/** Creates the subgraph's schema and the context of its resolvers. */
export function createResourcesSubgraph({
  resources,
  authenticate,
  isRevoked,
  maxResponseBytes,
}: {
  resources: Resources;
  authenticate: Authenticate;
  isRevoked: RevocationStore['isRevoked'];
  /** Limit of the JSON of one response; a default if omitted. */
  maxResponseBytes?: number | undefined;
}) {
  const viewerOf = async (authorization: string | undefined): Promise<Viewer> => {
    const viewer = await authenticate(authorization);
    if (await isRevoked({ userId: viewer.id, sessionId: viewer.sessionId })) throw sessionEnded(viewer);
    return viewer;
  };
  return {
    schema: buildSchema('resources', { resolvers, policies, maxResponseBytes }),
    context: ({ requestId, authorization, clientGone }: IncomingRequest): ResourcesContext => {
      let viewer: Promise<Viewer> | undefined;
      let loader: ResourceLoader | undefined;
      const context: ResourcesContext = {
        requestId,
        clientGone,
        authenticate() {
          return authenticate(authorization);
        },
        // Verified once per request, however many fields need it.
        requireViewer() {
          viewer ??= viewerOf(authorization);
          return viewer;
        },
        requireViewerNow() {
          return viewerOf(authorization);
        },
        resources,
        lists: shareLists(resources, clientGone),
        loadResource(id) {
          loader ??= createLoader(context);
          return loader.load(id);
        },
      };
      return context;
    },
  };
}

type ResourceLoader = DataLoader<string, Resource | undefined>;

function createLoader({ resources, requireViewer }: ResourcesContext): ResourceLoader {
  return new DataLoader(async (ids) => resources.findMany((await requireViewer()).id, ids));
}
