import { randomUUID } from 'node:crypto';
import { and, eq, isNull, type SQL } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { unlessDuplicate } from '../../../../platform/database/sqlite-errors.ts';
import type {
  CreatedResource,
  KeyedCreate,
  LateWrite,
  Lease,
  NewCreate,
  NewDeletion,
  NewOperation,
  NewReplacement,
  Postponement,
} from '../operation-store.ts';
import type { Resource, ResourceKey, StoredImage, VersionedKey } from '../resource.ts';
import { createIdempotencyKeys } from './idempotency-keys.ts';
import { isHeldAt, isIn, later, noKey, openStates, type State, unheld } from './operation-rows.ts';
import { ownerExists, prepareIsPurged } from './purged-accounts.ts';
import { createRecoveryJobs } from './recovery-jobs.ts';
import type { Changes } from './resource-changes.ts';
import { locksImage, operations, reservations, resources } from './tables.ts';

export type OperationJobs = ReturnType<typeof createOperationJobs>;

/** Creates the writes of operations in the database of the resources, so that one transaction can change both. */
export function createOperationJobs(connection: Connection, changes: Changes) {
  const { db, now } = connection;
  const isPurged = prepareIsPurged(db);
  const keys = createIdempotencyKeys(connection);
  const isHeld = (lease: Lease) => isHeldAt(now(), lease);

  const change = (lease: Lease, state: State | State[], set: Partial<typeof operations.$inferInsert>): boolean =>
    db
      .update(operations)
      .set(set)
      .where(and(isHeld(lease), isIn(state)))
      .run().changes === 1;

  const remove = (lease: Lease, states: State[], unless?: SQL) =>
    db
      .delete(operations)
      .where(and(isHeld(lease), isIn(states), unless))
      .returning()
      .get();

  const matching = ({ id, ownerId, expectedVersion }: VersionedKey) =>
    and(
      eq(resources.id, id),
      eq(resources.ownerId, ownerId),
      expectedVersion === undefined ? undefined : eq(resources.version, expectedVersion),
    );

  /** The columns of a new operation, whose lease begins now. */
  const leased = ({ lease: { operationId: id, token: leaseToken }, leaseMs, settleMs }: NewOperation) => {
    const startedAt = now();
    const leaseUntil = later(startedAt, leaseMs);
    return { id, leaseToken, leaseUntil, dueAt: leaseUntil, startedAt, settlesAt: later(leaseUntil, settleMs) };
  };

  const beginCreate = ({
    resource,
    reservationSha256,
    idempotency,
    ...operation
  }: NewCreate): 'BEGUN' | 'PURGED' | KeyedCreate => {
    const { ownerId } = resource;
    if (isPurged(ownerId)) return 'PURGED';
    const earlier = idempotency && keys.findOrFree(ownerId, idempotency);
    if (earlier) return earlier;
    const keyColumns = { idempotencyKey: idempotency?.key, inputSha256: idempotency?.inputSha256 };
    const row = { ...leased(operation), ...keyColumns, state: 'RESERVING' as const, ownerId };
    db.insert(operations)
      .values({ ...row, reservationSha256, content: resource })
      .run();
    db.insert(reservations).values({ sha256: reservationSha256 }).run();
    return 'BEGUN';
  };

  const beginReplacement = ({
    key,
    changes: content,
    ...operation
  }: NewReplacement): 'BEGUN' | 'MISSING' | 'LOCKED' => {
    const resource = db.select().from(resources).where(matching(key)).get();
    if (!resource || isPurged(resource.ownerId)) return 'MISSING';
    const { imageId, imageUrl, sha256: oldSha256, ownerId, id: resourceId } = resource;
    const isVersioned = key.expectedVersion !== undefined;
    const row = { ...leased(operation), state: 'REPLACING' as const, ownerId, resourceId, imageId, imageUrl };
    const { changes: inserted } = db
      .insert(operations)
      .values({ ...row, oldSha256, isVersioned, content })
      .onConflictDoNothing()
      .run();
    return inserted === 1 ? 'BEGUN' : 'LOCKED';
  };

  const beginDeletion = ({ key, ...operation }: NewDeletion): Resource | undefined => {
    const resource = changes.delete(key);
    if (!resource) return undefined;
    const { id: resourceId, ownerId, image } = resource;
    db.delete(operations)
      .where(and(eq(operations.resourceId, resourceId), locksImage))
      .run();
    const row = { ...leased(operation), state: 'DELETING' as const, ownerId, resourceId, imageId: image.id };
    db.insert(operations).values(row).run();
    return resource;
  };

  /** Locks the image until a late write is no longer possible. */
  const lockForLateWrite = (lateWrite: LateWrite | undefined, { id: resourceId, ownerId }: ResourceKey) => {
    if (!lateWrite) return;
    const { settlesAt } = lateWrite;
    const times = { startedAt: now(), settlesAt, dueAt: settlesAt, leaseUntil: unheld };
    const row = { id: randomUUID(), state: 'LANDING' as const, ownerId, resourceId, leaseToken: '', ...times };
    db.insert(operations).values(row).run();
  };

  /** Deletes a create without a key; keeps one with a key, because its client may repeat it. */
  const endCreate = (lease: Lease, resourceId: string): boolean => {
    const isUnkeyed = and(isHeld(lease), isIn('RESERVED'), isNull(operations.idempotencyKey));
    if (db.delete(operations).where(isUnkeyed).run().changes === 1) return true;
    return change(lease, 'RESERVED', { state: 'ENDED', resourceId, imageId: null, imageUrl: null, content: null });
  };

  return {
    ...createRecoveryJobs(connection),
    beginCreate,
    beginReplacement,
    beginDeletion,

    reserve(lease: Lease, { id, url }: Pick<StoredImage, 'id' | 'url'>): 'RESERVED' | 'TAKEN' | 'LAPSED' {
      const hasImage = db.select().from(resources).where(eq(resources.imageId, id)).get();
      if (hasImage) return 'TAKEN';
      const set = { state: 'RESERVED' as const, imageId: id, imageUrl: url };
      return unlessDuplicate(() => (change(lease, 'RESERVING', set) ? 'RESERVED' : 'LAPSED'), 'TAKEN');
    },

    finishCreate(lease: Lease, created: CreatedResource, lateWrite?: LateWrite): Resource | undefined {
      if (isPurged(created.ownerId) || !endCreate(lease, created.id)) return undefined;
      lockForLateWrite(lateWrite, created);
      const createdAt = now();
      const resource = { ...created, createdAt, updatedAt: createdAt };
      return changes.insert(resource) ? resource : undefined;
    },

    finishReplacement(lease: Lease, lateWrite?: LateWrite): Resource | undefined {
      const operation = remove(lease, ['REPLACING'], ownerExists(operations.ownerId));
      if (!operation?.resourceId) return undefined;
      const key = { ownerId: operation.ownerId, id: operation.resourceId };
      lockForLateWrite(lateWrite, key);
      return changes.update(key, operation.content as NewReplacement['changes']);
    },

    startSearch: (lease: Lease) => change(lease, 'RESERVING', { state: 'SEARCHING', content: null, ...noKey }),

    discard(lease: Lease, imageId: string): boolean {
      const isInUse = db.select({ id: resources.id }).from(resources).where(eq(resources.imageId, imageId)).get();
      const set = { state: 'DELETING' as const, imageId, content: null, unresolved: null, ...noKey };
      return !isInUse && change(lease, ['RESERVED', 'SEARCHING'], set);
    },

    end: (lease: Lease) => remove(lease, openStates) !== undefined,

    postpone(lease: Lease, { settlesAt, unresolved, ...next }: Postponement): boolean {
      const dueAt = 'dueAt' in next ? next.dueAt : later(now(), next.delayMs);
      const set = { leaseUntil: unheld, dueAt, unresolved: unresolved ?? null, ...(settlesAt && { settlesAt }) };
      return change(lease, openStates, set);
    },
  };
}
