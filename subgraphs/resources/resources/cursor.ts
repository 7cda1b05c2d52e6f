import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../../platform/json.ts';
import type { Position, ResourceList } from '../storage/resource-store.ts';
import { isText } from './text-validation.ts';

/** What the database can look for: an instant in milliseconds, or text without half characters. */
const key = z.union([z.int().min(-8.64e15).max(8.64e15), z.string().refine(isText)]);
const position = z.tuple([z.string(), key, z.uuid()]);

/** Where something stands in a list, as an opaque text that holds for this order and filter only. */
export function writeCursor(list: ResourceList, position: Position): string {
  return cursorWriter(list)(position);
}

/** Writes the cursors of one list, whose name is the same in all of them. */
export function cursorWriter(list: ResourceList): (position: Position) => string {
  let name: string | undefined;
  return ({ key, id }) => {
    name ??= listName(list);
    return Buffer.from(JSON.stringify([name, key, id])).toString('base64url');
  };
}

/** The place that a cursor names; undefined where it is malformed, or of another order or filter. */
export function readCursor(list: ResourceList, cursor: string): Position | undefined {
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [name, key, id] = parsed.data;
  const fitsOrder = (typeof key === 'string') === (list.order === 'TITLE');
  const isCanonical = writeCursor(list, { key, id }) === cursor;
  return name === listName(list) && fitsOrder && isCanonical ? { key, id } : undefined;
}

/** Short and the same for lists that are sorted and narrowed alike, whoever owns them. */
function listName({ order, filter }: ResourceList): string {
  const { search, contentType, createdFrom, createdBefore } = filter;
  const parts = JSON.stringify([order, search, contentType, createdFrom, createdBefore]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 12);
}
