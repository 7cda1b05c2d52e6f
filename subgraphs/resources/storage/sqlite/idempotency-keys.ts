import { and, eq, lt } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import type { Idempotency, KeyedCreate } from '../operation-store.ts';
import { later, noKey } from './operation-rows.ts';
import { hasEnded, operations } from './tables.ts';

type Row = typeof operations.$inferSelect;
type Key = Pick<Idempotency, 'key' | 'lifetimeMs'>;

/** Creates the statements about the keys of creates. Each call reads the clock, so that it decides by its own time. */
export function createIdempotencyKeys({ db, now }: Connection) {
  const { id, state, startedAt, inputSha256, resourceId } = operations;

  /** Creates that were stored earlier have no valid key. */
  const validSince = (lifetimeMs: number) => later(now(), -lifetimeMs);

  const find = (ownerId: string, { key, lifetimeMs }: Key) => {
    const row = db
      .select({ id, state, startedAt, inputSha256, resourceId })
      .from(operations)
      .where(and(eq(operations.ownerId, ownerId), eq(operations.idempotencyKey, key)))
      .get();
    return row && { row, isExpired: row.startedAt < validSince(lifetimeMs) };
  };

  const free = (row: Pick<Row, 'id' | 'state'>): void => {
    const isRow = eq(id, row.id);
    if (row.state === 'ENDED') db.delete(operations).where(isRow).run();
    else db.update(operations).set(noKey).where(isRow).run();
  };

  return {
    find(ownerId: string, key: Key): KeyedCreate | undefined {
      const found = find(ownerId, key);
      return found && !found.isExpired ? toKeyedCreate(found.row) : undefined;
    },
    /** Finds the create that has the key; frees an expired one. */
    findOrFree(ownerId: string, key: Key): KeyedCreate | undefined {
      const found = find(ownerId, key);
      if (!found?.isExpired) return found && toKeyedCreate(found.row);
      free(found.row);
      return undefined;
    },
    /** Condition of a finished create whose key has expired. */
    hasExpired: (lifetimeMs: number) => and(hasEnded, lt(startedAt, validSince(lifetimeMs))),
  };
}

const toKeyedCreate = ({ inputSha256, resourceId }: Pick<Row, 'inputSha256' | 'resourceId'>): KeyedCreate => ({
  inputSha256: inputSha256 ?? '',
  resourceId: resourceId ?? undefined,
});
