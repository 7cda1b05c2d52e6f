import { ApiError } from '../../platform/api-error.ts';
import { type AuthorizationContext, requireAccessTo } from '../../platform/authorization/protect-schema.ts';
import { dateTime } from '../../platform/graphql/date-time.ts';
import type { Viewer } from '../../platform/tokens/access-token.ts';
import type { ErrorExtensions } from '../../schema/error-codes.ts';
import type { Resolvers } from './generated/resolver-types.ts';
import { needsOnlySummaries } from './list-projection.ts';
import type { ListOptions } from './resources/listing.ts';
import { findNode, findNodes } from './resources/nodes.ts';
import { type Caller, changesNothing } from './resources/resource-input.ts';
import type { Resources } from './resources/resources.ts';
import type { SharedLists } from './resources/shared-lists.ts';
import type { Resource, ResourceSummary } from './storage/resource.ts';

export interface ResourcesContext extends AuthorizationContext {
  requestId: string;
  /** Aborts when nobody waits for the response any more. */
  clientGone: NonNullable<Caller['abandoned']>;
  /** Throws UNAUTHENTICATED unless the access token is valid and its session is not revoked. Checked once per request. */
  requireViewer: () => Promise<Viewer>;
  /** Checks again. Mutations of one operation run one after another and may be slow, so each checks for itself. */
  requireViewerNow: () => Promise<Viewer>;
  resources: Resources;
  /** Lists of this request. */
  lists: SharedLists;
  /** Finds a resource of the viewer; one query finds all that are requested in the same tick. */
  loadResource: (id: string) => Promise<Resource | undefined>;
}

/** A reference to a User, whose account belongs to the auth subgraph. */
export interface Reference {
  id: string;
}

type SelectionInfo = Parameters<typeof needsOnlySummaries>[0];

const needsOf = (info: SelectionInfo): ListOptions => ({ needs: needsOnlySummaries(info) ? 'summaries' : 'resources' });

/** Identifies the caller of a mutation, which may change what later fields of the same operation list. */
const callerOf = async ({ requireViewerNow, requestId, clientGone, lists }: ResourcesContext): Promise<Caller> => {
  lists.forget();
  return { viewerId: (await requireViewerNow()).id, requestId, abandoned: clientGone };
};

/** Translates between GraphQL and the rules; contains no logic of its own. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    node: (_, { id }, context) => findNode(context, id),
    nodes: (_, { ids }, context) => findNodes(context, ids),
    resource: async (_, { id }, { resources, requireViewer }) => resources.find((await requireViewer()).id, id),
    resources: async (_, input, { lists, requireViewer }, info) =>
      lists.list((await requireViewer()).id, input, needsOf(info)),
  },

  Mutation: {
    createResource: async (_, { input }, context) => ({
      resource: await context.resources.create(await callerOf(context), input),
    }),
    updateResource: async (_, { input }, context, info) => {
      const caller = await callerOf(context);
      if (changesNothing(input)) await requireAccessTo('resource', context, info);
      return { resource: await context.resources.update(caller, input) };
    },
    deleteResource: async (_, { input }, context) => {
      await context.resources.delete(await callerOf(context), input);
      return { deletedResourceId: input.id };
    },
  },

  Resource: {
    // The gateway passes entity keys on unchecked, so the id may be any JSON value.
    __resolveReference: async ({ id }, context, info) => {
      await requireAccessTo('resource', context, info);
      return context.loadResource(String(id));
    },
    owner: ({ ownerId }) => ({ id: ownerId }),
    // Has a resolver because it may be long: a query whose response would be too large stops while it is made.
    description: ({ description = null }: ResourceSummary & Pick<Partial<Resource>, 'description'>) => description,
  },

  Image: {
    id: ({ resourceId }) => `image:${resourceId}`,
  },

  ResourceConnection: {
    edges: (page) => page.edges(),
    totalCount: (page) => page.totalCount(),
  },

  PageInfo: {
    hasNextPage: (page) => page.hasNextPage(),
    hasPreviousPage: (page) => page.hasPreviousPage(),
    startCursor: (page) => page.startCursor(),
    endCursor: (page) => page.endCursor(),
  },

  User: {
    __resolveReference: ({ id }) => ({ id }),
    resources: async ({ id }, input, { lists, requireViewer }, info) => {
      const viewer = await requireViewer();
      if (viewer.id !== id) throw forbidden();
      return lists.list(viewer.id, input, needsOf(info));
    },
  },
} satisfies Resolvers;

function forbidden(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'FORBIDDEN' }, 'Only the user can see these resources.');
}
