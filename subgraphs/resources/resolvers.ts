import type { Viewer } from '../../runtime/access-token.ts';
import { dateTime } from '../../runtime/date-time.ts';
import { Refusal } from '../../runtime/refusal.ts';
import { needsOnlySummaries } from './asked-for.ts';
import type { Caller } from './caller.ts';
import type { ListInput } from './list-input.ts';
import type { PageInfo, ResourceConnection } from './listing.ts';
import type { CreateInput, UpdateInput } from './resource-input.ts';
import type { DeleteInput, Resources } from './resources.ts';
import type { Resource } from './storage/resource-store.ts';

export interface ResourcesContext {
  requestId: string;
  /** UNAUTHENTICATED without a token that holds. */
  requireViewer: () => Viewer;
  resources: Resources;
  /** A resource of the viewer's; all that are asked for at once are looked up by one query. */
  loadResource: (id: string) => Promise<Resource | undefined>;
}

interface Input<Fields> {
  input: Fields;
}

interface Reference {
  id: string;
}

type AskedFor = Parameters<typeof needsOnlySummaries>[0];

const needsOf = (info: AskedFor) => (needsOnlySummaries(info) ? 'summaries' : 'resources');

const callerOf = ({ requireViewer, requestId }: ResourcesContext): Caller => ({
  viewerId: requireViewer().id,
  requestId,
});

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    resource: (_: unknown, { id }: Reference, { resources, requireViewer }: ResourcesContext) =>
      resources.find(requireViewer().id, id),
    resources: (_: unknown, input: ListInput, { resources, requireViewer }: ResourcesContext, info: AskedFor) =>
      resources.list(requireViewer().id, input, needsOf(info)),
  },

  Mutation: {
    createResource: async (_: unknown, { input }: Input<CreateInput>, context: ResourcesContext) => ({
      resource: await context.resources.create(callerOf(context), input),
    }),
    updateResource: async (_: unknown, { input }: Input<UpdateInput>, context: ResourcesContext) => ({
      resource: await context.resources.update(callerOf(context), input),
    }),
    deleteResource: async (_: unknown, { input }: Input<DeleteInput>, context: ResourcesContext) => {
      await context.resources.delete(callerOf(context), input);
      return { deletedResourceId: input.id };
    },
  },

  Resource: {
    // The gateway sends keys as it got them: JSON of any type.
    __resolveReference: ({ id }: Reference, { loadResource }: ResourcesContext) => loadResource(String(id)),
    owner: ({ ownerId }: Resource) => ({ id: ownerId }),
  },

  ResourceConnection: {
    edges: ({ edges }: ResourceConnection) => edges(),
    totalCount: ({ totalCount }: ResourceConnection) => totalCount(),
  },

  PageInfo: {
    hasNextPage: ({ hasNextPage }: PageInfo) => hasNextPage(),
    hasPreviousPage: ({ hasPreviousPage }: PageInfo) => hasPreviousPage(),
    startCursor: ({ startCursor }: PageInfo) => startCursor(),
    endCursor: ({ endCursor }: PageInfo) => endCursor(),
  },

  User: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    resources: (
      { id }: Reference,
      input: ListInput,
      { resources, requireViewer }: ResourcesContext,
      info: AskedFor,
    ) => {
      const viewer = requireViewer();
      if (viewer.id !== id) throw forbidden();
      return resources.list(viewer.id, input, needsOf(info));
    },
  },
};

function forbidden(): Refusal {
  return new Refusal({ code: 'FORBIDDEN' }, 'Only the user can see these resources.');
}
