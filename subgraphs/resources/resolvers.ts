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
  /** UNAUTHENTICATED without a token that holds, of a session that is open. */
  requireViewer: () => Promise<Viewer>;
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

const callerOf = async ({ requireViewer, requestId }: ResourcesContext): Promise<Caller> => ({
  viewerId: (await requireViewer()).id,
  requestId,
});

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    resource: async (_: unknown, { id }: Reference, { resources, requireViewer }: ResourcesContext) =>
      resources.find((await requireViewer()).id, id),
    resources: async (_: unknown, input: ListInput, { resources, requireViewer }: ResourcesContext, info: AskedFor) =>
      resources.list((await requireViewer()).id, input, needsOf(info)),
  },

  Mutation: {
    createResource: async (_: unknown, { input }: Input<CreateInput>, context: ResourcesContext) => ({
      resource: await context.resources.create(await callerOf(context), input),
    }),
    updateResource: async (_: unknown, { input }: Input<UpdateInput>, context: ResourcesContext) => ({
      resource: await context.resources.update(await callerOf(context), input),
    }),
    deleteResource: async (_: unknown, { input }: Input<DeleteInput>, context: ResourcesContext) => {
      await context.resources.delete(await callerOf(context), input);
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
    resources: async (
      { id }: Reference,
      input: ListInput,
      { resources, requireViewer }: ResourcesContext,
      info: AskedFor,
    ) => {
      const viewer = await requireViewer();
      if (viewer.id !== id) throw forbidden();
      return resources.list(viewer.id, input, needsOf(info));
    },
  },
};

function forbidden(): Refusal {
  return new Refusal({ code: 'FORBIDDEN' }, 'Only the user can see these resources.');
}
