import type { Resource, ResourceChanges, ResourceSummary } from '../resource.ts';
import { searchKey } from '../resource-store.ts';
import { resources } from './tables.ts';

type Row = typeof resources.$inferSelect;

/** Converts a resource to its row. */
export function toRow({ image, ...resource }: Resource): Row {
  const { id: imageId, url: imageUrl, resourceId: _, ...properties } = image;
  return {
    ...resource,
    imageId,
    imageUrl,
    ...properties,
    titleKey: searchKey(resource.title),
    descriptionKey: descriptionKey(resource.description),
  };
}

/** Converts changes to the columns that they set. */
export function toColumns({ title, description, image }: ResourceChanges): Partial<Row> {
  return {
    ...(title !== undefined && { title, titleKey: searchKey(title) }),
    ...(description !== undefined && { description, descriptionKey: descriptionKey(description) }),
    ...image,
  };
}

const descriptionKey = (description: string | null) => (description === null ? null : searchKey(description));

/** Columns that `fromValues` reads, in this order. */
export const readColumns = {
  id: resources.id,
  ownerId: resources.ownerId,
  title: resources.title,
  description: resources.description,
  imageId: resources.imageId,
  imageUrl: resources.imageUrl,
  contentType: resources.contentType,
  width: resources.width,
  height: resources.height,
  sizeBytes: resources.sizeBytes,
  sha256: resources.sha256,
  createdAt: resources.createdAt,
  updatedAt: resources.updatedAt,
  version: resources.version,
};

/** Values of `readColumns`; times are in milliseconds. */
type Values = [
  ...ids: [id: string, ownerId: string],
  ...texts: [title: string, description: string | null],
  ...image: [id: string, url: string, contentType: string],
  ...size: [width: number, height: number, sizeBytes: number, sha256: string],
  ...state: [createdAt: number, updatedAt: number, version: number],
];

/** Reads a resource from the values of its row. Drizzle's own mapping takes three times as long as the query. */
export function fromValues(values: unknown): Resource {
  const [id, ownerId, title, description, imageId, url, contentType, width, height, sizeBytes, sha256, ...state] =
    values as Values;
  const [createdAt, updatedAt, version] = state;
  const image = { id: imageId, resourceId: id, url, contentType, width, height, sizeBytes, sha256 };
  const times = { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
  return { id, ownerId, title, description, image, ...times, version };
}

/** Columns that `summaryFromValues` reads, in this order. */
export const summaryColumns = {
  id: resources.id,
  title: resources.title,
  imageUrl: resources.imageUrl,
  width: resources.width,
  height: resources.height,
  sizeBytes: resources.sizeBytes,
  createdAt: resources.createdAt,
  updatedAt: resources.updatedAt,
  version: resources.version,
};

type SummaryValues = [
  ...texts: [id: string, title: string, url: string],
  ...size: [width: number, height: number, sizeBytes: number],
  ...state: [createdAt: number, updatedAt: number, version: number],
];

/** Reads a summary from the values of its row. */
export function summaryFromValues(ownerId: string, values: unknown): ResourceSummary {
  const [id, title, url, width, height, sizeBytes, createdAt, updatedAt, version] = values as SummaryValues;
  const times = { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
  return { id, ownerId, title, image: { resourceId: id, url, width, height, sizeBytes }, ...times, version };
}
