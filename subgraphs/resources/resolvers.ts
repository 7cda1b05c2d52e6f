import { ApiError } from '../../platform/api-error.ts';
import { dateTime } from '../../platform/graphql/date-time.ts';
import type { Viewer } from '../../platform/tokens/access-token.ts';
import type { ErrorExtensions } from '../../schema/error-codes.ts';
import type { Resolvers } from './generated/resolver-types.ts';
import { needsOnlySummaries } from './list-projection.ts';
import type { Caller } from './resources/caller.ts';
import type { Resources } from './resources/resources.ts';
import type { Resource } from './storage/resource-store.ts';

export interface ResourcesContext {
  requestId: string;
  /** UNAUTHENTICATED without a token that holds, of a session that is open. */
  requireViewer: () => Promise<Viewer>;
  /** The same, looked up again: the mutations of one operation follow one another, and each may take long. */
  requireViewerNow: () => Promise<Viewer>;
  resources: Resources;
  /** A resource of the viewer's; all that are asked for at once are looked up by one query. */
  loadResource: (id: string) => Promise<Resource | undefined>;
}

/** A user, whose account is another subgraph's. */
export interface Reference {
  id: string;
}

type AskedFor = Parameters<typeof needsOnlySummaries>[0];

const needsOf = (info: AskedFor) => (needsOnlySummaries(info) ? 'summaries' : 'resources');

const callerOf = async ({ requireViewerNow, requestId }: ResourcesContext): Promise<Caller> => ({
  viewerId: (await requireViewerNow()).id,
  requestId,
});

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    resource: async (_, { id }, { resources, requireViewer }) => resources.find((await requireViewer()).id, id),
    resources: async (_, input, { resources, requireViewer }, info) =>
      resources.list((await requireViewer()).id, input, needsOf(info)),
  },

  Mutation: {
    createResource: async (_, { input }, context) => ({
      resource: await context.resources.create(await callerOf(context), input),
    }),
    updateResource: async (_, { input }, context) => ({
      resource: await context.resources.update(await callerOf(context), input),
    }),
    deleteResource: async (_, { input }, context) => {
      await context.resources.delete(await callerOf(context), input);
      return { deletedResourceId: input.id };
    },
  },

  Resource: {
    // The gateway sends keys as it got them: JSON of any type.
    __resolveReference: ({ id }, { loadResource }) => loadResource(String(id)),
    owner: ({ ownerId }) => ({ id: ownerId }),
  },

  ResourceConnection: {
    edges: ({ edges }) => edges(),
    totalCount: ({ totalCount }) => totalCount(),
  },

  PageInfo: {
    hasNextPage: ({ hasNextPage }) => hasNextPage(),
    hasPreviousPage: ({ hasPreviousPage }) => hasPreviousPage(),
    startCursor: ({ startCursor }) => startCursor(),
    endCursor: ({ endCursor }) => endCursor(),
  },

  User: {
    __resolveReference: ({ id }) => ({ id }),
    resources: async ({ id }, input, { resources, requireViewer }, info) => {
      const viewer = await requireViewer();
      if (viewer.id !== id) throw forbidden();
      return resources.list(viewer.id, input, needsOf(info));
    },
  },
} satisfies Resolvers;

function forbidden(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'FORBIDDEN' }, 'Only the user can see these resources.');
}
