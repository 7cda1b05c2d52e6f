import type { Resource } from './resource.ts';
import type { Position, ResourceFilter, ResourceList, ResourceOrder, ResourceRange } from './resource-store.ts';

/** The simplest implementation of a list in its order, which every engine must equal. */
export function modelList(resources: readonly Resource[], { ownerId, order, filter }: ResourceList): Resource[] {
  const isOwn = (resource: Resource) => resource.ownerId === ownerId;
  return resources.filter((resource) => isOwn(resource) && isWithin(resource, filter)).sort(sortedBy(order));
}

/** The range of a list. */
export function modelRange(list: readonly Resource[], order: ResourceOrder, range: ResourceRange): Resource[] {
  const { after, before, limit, fromEnd } = range;
  const between = list.filter((resource) => {
    const at = modelPosition(resource, order);
    return (!after || compare(order, at, after) > 0) && (!before || compare(order, at, before) < 0);
  });
  return fromEnd ? between.slice(-limit) : between.slice(0, limit);
}

/** The position of a resource. */
export function modelPosition({ id, title, createdAt, updatedAt }: Resource, order: ResourceOrder): Position {
  if (order === 'TITLE') return { key: plain(title), id };
  return { key: (order === 'RECENTLY_UPDATED' ? updatedAt : createdAt).getTime(), id };
}

const plain = (text: string) => text.normalize('NFKC').toLowerCase();

function isWithin(resource: Resource, { search, contentType, createdFrom, createdBefore }: ResourceFilter): boolean {
  const texts = [resource.title, resource.description ?? ''].map(plain);
  return (
    (search === undefined || texts.some((text) => text.includes(search))) &&
    (contentType === undefined || resource.image.contentType === contentType) &&
    (createdFrom === undefined || resource.createdAt.getTime() >= createdFrom.getTime()) &&
    (createdBefore === undefined || resource.createdAt.getTime() < createdBefore.getTime())
  );
}

function sortedBy(order: ResourceOrder) {
  return (one: Resource, other: Resource) => compare(order, modelPosition(one, order), modelPosition(other, order));
}

/** Negative if `one` sorts before `other`. */
function compare(order: ResourceOrder, one: Position, other: Position): number {
  const ascending = byKey(one.key, other.key) || byCodePoint(one.id, other.id);
  return order === 'NEWEST' || order === 'RECENTLY_UPDATED' ? -ascending : ascending;
}

const byKey = (one: number | string, other: number | string) =>
  typeof one === 'number' ? one - Number(other) : byCodePoint(one, String(other));

function byCodePoint(one: string, other: string): number {
  const [ones, others] = [one, other].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const at = ones?.findIndex((point, index) => point !== others?.[index]) ?? -1;
  return at === -1 ? one.length - other.length : (ones?.[at] ?? 0) - (others?.[at] ?? -1);
}
