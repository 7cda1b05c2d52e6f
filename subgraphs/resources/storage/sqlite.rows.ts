import { type Resource, type ResourceChanges, searchKey } from './resource-store.ts';
import type { resources } from './sqlite.tables.ts';

type Row = typeof resources.$inferSelect;

/** A resource as its row. */
export function toRow({ image, ...resource }: Resource): Row {
  const { id: imageId, url: imageUrl, ...properties } = image;
  return {
    ...resource,
    imageId,
    imageUrl,
    ...properties,
    titleKey: searchKey(resource.title),
    descriptionKey: descriptionKey(resource.description),
  };
}

/** A row as its resource. */
export function fromRow({ titleKey, descriptionKey, imageId, imageUrl, ...row }: Row): Resource {
  const { contentType, width, height, sizeBytes, sha256, ...resource } = row;
  return { ...resource, image: { id: imageId, url: imageUrl, contentType, width, height, sizeBytes, sha256 } };
}

/** The columns that changes set. */
export function toColumns({ title, description, image }: ResourceChanges): Partial<Row> {
  return {
    ...(title !== undefined && { title, titleKey: searchKey(title) }),
    ...(description !== undefined && { description, descriptionKey: descriptionKey(description) }),
    ...image,
  };
}

const descriptionKey = (description: string | null) => (description === null ? null : searchKey(description));
