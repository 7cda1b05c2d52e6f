import { v7 as newId } from 'uuid';
import type { CreatedImage } from '../image-service/client.ts';
import type { NewResource } from '../storage/operation-store.ts';
import type { Resource } from '../storage/resource-store.ts';

/** What a create keeps, once its image is where it will stay. */
export function newResource({ image, ...resource }: NewResource, { id, url }: CreatedImage): Resource {
  const now = new Date();
  return { id: newId(), ...resource, image: { id, url, ...image }, createdAt: now, updatedAt: now, version: 1 };
}
