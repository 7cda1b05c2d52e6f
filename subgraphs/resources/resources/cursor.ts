import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../../platform/json.ts';
import { isStorableText } from '../../../platform/text.ts';
import type { Position, ResourceList } from '../storage/resource-store.ts';

/** A sort key that the database can compare: a time in milliseconds, or text. */
const key = z.union([z.int().min(-8.64e15).max(8.64e15), z.string().refine(isStorableText)]);
const position = z.tuple([z.string(), key, z.uuid()]);

/** Encodes a position as an opaque text, valid only for lists of the same order and filter. */
export function writeCursor(list: ResourceList, position: Position): string {
  return cursorWriter(list)(position);
}

/** Creates the cursor encoder of one list, which computes the list's fingerprint once. */
export function cursorWriter(list: ResourceList): (position: Position) => string {
  let fingerprint: string | undefined;
  return ({ key, id }) => {
    fingerprint ??= fingerprintOf(list);
    return Buffer.from(JSON.stringify([fingerprint, key, id])).toString('base64url');
  };
}

/** Over twice the longest: a title of 200 characters, each of which normalises to 18 at most, in JSON and base64. */
const maxCursorLength = 64 * 1024;

/** Decodes a cursor. Undefined if it is malformed, or comes from a list of another order or filter. */
export function readCursor(list: ResourceList, cursor: string): Position | undefined {
  if (cursor.length > maxCursorLength) return undefined;
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [fingerprint, key, id] = parsed.data;
  const fitsOrder = (typeof key === 'string') === (list.order === 'TITLE');
  const isCanonical = writeCursor(list, { key, id }) === cursor;
  return fingerprint === fingerprintOf(list) && fitsOrder && isCanonical ? { key, id } : undefined;
}

/** A short hash that lists of the same order and filter share, also lists of different owners. */
function fingerprintOf({ order, filter }: ResourceList): string {
  const { search, contentType, createdFrom, createdBefore } = filter;
  const parts = JSON.stringify([order, search, contentType, createdFrom, createdBefore]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 12);
}
