import { throwIfInvalid } from '../../../platform/api-error.ts';
import type { Resource } from '../storage/resource.ts';

/** An object with a global id: the viewer's account, which belongs to the auth subgraph, or a resource of the viewer. */
export type Node = { __typename: 'User'; id: string } | ({ __typename: 'Resource' } & Resource);

/** The objects of one viewer. */
interface ViewersObjects {
  requireViewer: () => Promise<{ id: string }>;
  /** Finds all that are requested in the same tick together. */
  loadResource: (id: string) => Promise<Resource | undefined>;
}

const maxIds = 100;

/** Finds an object of the viewer by its global id. Any other id finds nothing, whatever its form. */
export async function findNode({ requireViewer, loadResource }: ViewersObjects, id: string): Promise<Node | undefined> {
  const viewer = await requireViewer();
  if (id === viewer.id) return { __typename: 'User', id };
  const resource = await loadResource(id);
  return resource && { ...resource, __typename: 'Resource' };
}

/** Returns one result for each id, in the order of the ids. Throws BAD_USER_INPUT for more than 100. */
export function findNodes(objects: ViewersObjects, ids: readonly string[]): Promise<(Node | undefined)[]> {
  if (ids.length > maxIds)
    throwIfInvalid([{ field: 'ids', message: `There may be at most ${maxIds}: ask for the others separately.` }]);
  return Promise.all(ids.map((id) => findNode(objects, id)));
}
