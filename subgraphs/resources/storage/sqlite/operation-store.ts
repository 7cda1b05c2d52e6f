import { randomUUID } from 'node:crypto';
import { and, type Column, count, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { attempt } from '../../../../platform/database/sqlite.ts';
import type {
  Idempotency,
  Landing,
  Lease,
  NewCreate,
  NewDeletion,
  NewReplacement,
  OperationStore,
} from '../operation-store.ts';
import type { ResourceKey, VersionedKey } from '../resource-store.ts';
import type { Changes } from './changes.ts';
import { claimedFrom } from './operation-rows.ts';
import { hasEnded, hasNewImage, isOpen, locksImage, operations, reservations, resources } from './tables.ts';
import { isOwnerLeft, prepareIsPurged } from './tombstones.ts';

/** Operations in the resources' database: what changes both is one transaction. */
export function createSqliteOperations(db: BetterSQLite3Database, changes: Changes): OperationStore {
  /** Takes the write lock at once, so that nothing which was read can change before it is written upon. */
  const inTransaction = <Result>(run: () => Result): Result => db.transaction(run, { behavior: 'immediate' });

  const isPurged = prepareIsPurged(db);

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

  const forgetKey = (ownerId: string, { key, since }: Idempotency) => {
    const isKey = and(eq(operations.ownerId, ownerId), eq(operations.idempotencyKey, key));
    const isOld = and(isKey, lt(operations.startedAt, since));
    if (!db.select({ id: operations.id }).from(operations).where(isOld).get()) return;
    db.delete(operations).where(and(isOld, hasEnded)).run();
    db.update(operations).set(noKey).where(isOld).run();
  };

  const beginCreate = ({ lease, resource, reservationSha256, idempotency, ...times }: NewCreate): boolean =>
    inTransaction(() => {
      if (isPurged(resource.ownerId)) return false;
      if (idempotency) forgetKey(resource.ownerId, idempotency);
      const asked = { idempotencyKey: idempotency?.key, inputSha256: idempotency?.inputSha256 };
      const row = { ...begun(lease, times), ...asked, state: 'RESERVING' as const, ownerId: resource.ownerId };
      const { changes: kept } = db
        .insert(operations)
        .values({ ...row, reservationSha256, content: resource })
        .onConflictDoNothing({ target: [operations.ownerId, operations.idempotencyKey] })
        .run();
      if (kept === 1) db.insert(reservations).values({ sha256: reservationSha256 }).run();
      return kept === 1;
    });

  const beginReplacement = ({ lease, key, changes: wanted, ...times }: NewReplacement) =>
    inTransaction(() => {
      const resource = db.select().from(resources).where(matching(key)).get();
      if (!resource || isPurged(resource.ownerId)) return 'MISSING';
      const { imageId, imageUrl, sha256: oldSha256, ownerId, id: resourceId } = resource;
      const isVersioned = key.expectedVersion !== undefined;
      const row = { ...begun(lease, times), state: 'REPLACING' as const, ownerId, resourceId, imageId, imageUrl };
      const { changes: kept } = db
        .insert(operations)
        .values({ ...row, oldSha256, isVersioned, content: wanted })
        .onConflictDoNothing()
        .run();
      return kept === 1 ? 'BEGUN' : 'LOCKED';
    });

  const beginDeletion = ({ lease, key, ...times }: NewDeletion) =>
    inTransaction(() => {
      const resource = changes.delete(key);
      if (!resource) return undefined;
      const { id: resourceId, ownerId, image } = resource;
      db.delete(operations)
        .where(and(eq(operations.resourceId, resourceId), locksImage))
        .run();
      const row = { ...begun(lease, times), state: 'DELETING' as const, ownerId, resourceId, imageId: image.id };
      db.insert(operations).values(row).run();
      return resource;
    });

  const lockWhile = (landing: Landing | undefined, { id: resourceId, ownerId }: ResourceKey) => {
    if (!landing) return;
    const { settlesAt } = landing;
    const times = { startedAt: new Date(), settlesAt, dueAt: settlesAt, leaseUntil: nobodys };
    const row = { id: randomUUID(), state: 'LANDING' as const, ownerId, resourceId, leaseToken: '', ...times };
    db.insert(operations).values(row).run();
  };

  /** Only a client's key gives somebody a reason to look a create up again. */
  const endCreate = (lease: Lease, resourceId: string): boolean => {
    const isUnkeyed = and(isHeld(lease), isIn('RESERVED'), isNull(operations.idempotencyKey));
    if (db.delete(operations).where(isUnkeyed).run().changes === 1) return true;
    return change(lease, 'RESERVED', { state: 'ENDED', resourceId, imageId: null, imageUrl: null, content: null });
  };

  const adopt = ({ operationId, imageId, reservationSha256 }: Parameters<OperationStore['adopt']>[0]): boolean =>
    inTransaction(() => {
      const isRecorded = db.select().from(reservations).where(eq(reservations.sha256, reservationSha256)).get();
      // Everyone else knows already which image is theirs.
      const isIts = and(isOpen, isIn('RESERVING'), eq(operations.reservationSha256, reservationSha256));
      const isWaitedFor = db.select({ id: operations.id }).from(operations).where(isIts).get();
      const hasResource = db.select({ id: resources.id }).from(resources).where(eq(resources.imageId, imageId)).get();
      if (!isRecorded || isWaitedFor || hasResource) return false;
      const now = new Date();
      const times = { startedAt: now, settlesAt: now, dueAt: now, leaseUntil: nobodys };
      const row = { id: operationId, state: 'DELETING' as const, ownerId: '', imageId, leaseToken: '', ...times };
      return db.insert(operations).values(row).onConflictDoNothing().run().changes === 1;
    });

  return {
    adopt: async (stray) => attempt(() => adopt(stray)),
    beginCreate: async (create) => attempt(() => beginCreate(create)),
    beginReplacement: async (replacement) => attempt(() => beginReplacement(replacement)),
    beginDeletion: async (deletion) => attempt(() => beginDeletion(deletion)),

    findKeyed: async (ownerId, key, since) =>
      attempt(() => {
        const { inputSha256, resourceId } = operations;
        const isIt = and(eq(operations.ownerId, ownerId), eq(operations.idempotencyKey, key));
        const found = db
          .select({ inputSha256, resourceId })
          .from(operations)
          .where(and(isIt, gte(operations.startedAt, since)))
          .get();
        return found && { inputSha256: found.inputSha256 ?? '', resourceId: found.resourceId ?? undefined };
      }),

    reserve: async (lease, { id, url }) =>
      attempt(
        () =>
          inTransaction(() => {
            const hasImage = db.select().from(resources).where(eq(resources.imageId, id)).get();
            if (hasImage) return 'TAKEN';
            const set = { state: 'RESERVED' as const, imageId: id, imageUrl: url };
            return change(lease, 'RESERVING', set) ? 'RESERVED' : 'LAPSED';
          }),
        () => 'TAKEN',
      ),

    finishCreate: async (lease, resource, landing) =>
      attempt(() =>
        inTransaction(() => {
          if (isPurged(resource.ownerId) || !endCreate(lease, resource.id)) return false;
          lockWhile(landing, resource);
          return changes.insert(resource);
        }),
      ),

    finishReplacement: async (lease, updatedAt, landing) =>
      attempt(() =>
        inTransaction(() => {
          const operation = remove(lease, ['REPLACING'], isOwnerLeft(operations.ownerId));
          if (!operation?.resourceId) return undefined;
          const key = { ownerId: operation.ownerId, id: operation.resourceId };
          lockWhile(landing, key);
          return changes.update(key, operation.content as NewReplacement['changes'], updatedAt);
        }),
      ),

    search: async (lease) => attempt(() => change(lease, 'RESERVING', { state: 'SEARCHING', content: null, ...noKey })),
    discard: async (lease, imageId) =>
      attempt(() =>
        inTransaction(() => {
          const isKept = db.select({ id: resources.id }).from(resources).where(eq(resources.imageId, imageId)).get();
          const set = { state: 'DELETING' as const, imageId, content: null, unresolved: null, ...noKey };
          return !isKept && change(lease, ['RESERVED', 'SEARCHING'], set);
        }),
      ),
    end: async (lease) => attempt(() => remove(lease, openStates) !== undefined),

    postpone: async (lease, { dueAt, settlesAt, unresolved = null }) =>
      attempt(() => {
        const set = { leaseUntil: nobodys, dueAt, unresolved, ...(settlesAt && { settlesAt }) };
        return change(lease, openStates, set);
      }),

    claim: async ({ now, until, limit }) =>
      attempt(() => {
        const isDue = and(lte(operations.dueAt, now), lte(operations.leaseUntil, now), isOpen);
        // Looking takes no lock: a reconciler that has nothing to do waits for nobody.
        if (!db.select({ id: operations.id }).from(operations).where(isDue).limit(1).get()) return [];
        const due = db
          .select({ id: operations.id })
          .from(operations)
          .where(isDue)
          .orderBy(operations.dueAt)
          .limit(limit);
        // Random as the database makes it: each operation gets a token of its own.
        const set = {
          leaseToken: sql`lower(hex(randomblob(16)))`,
          leaseUntil: until,
          attempts: sql`${operations.attempts} + 1`,
        };
        const rows = db.update(operations).set(set).where(inArray(operations.id, due)).returning().all();
        return rows.map(claimedFrom);
      }),

    reservationsAmong: async (sha256s) =>
      attempt(() => {
        const rows = db.select().from(reservations).where(isAmong(reservations.sha256, sha256s)).all();
        return rows.map(({ sha256 }) => sha256);
      }),

    referredTo: async (imageIds) =>
      attempt(() => {
        const { imageId } = operations;
        const inUse = db
          .select({ imageId })
          .from(operations)
          .where(and(isAmong(imageId, imageIds), hasNewImage));
        const isKept = isAmong(resources.imageId, imageIds);
        const kept = db.select({ imageId: resources.imageId }).from(resources).where(isKept);
        return [...inUse.all(), ...kept.all()].flatMap((row) => row.imageId ?? []);
      }),

    countUnresolved: async () =>
      attempt(() => {
        const isUnresolved = and(isOpen, isNotNull(operations.unresolved));
        return db.select({ count: count() }).from(operations).where(isUnresolved).get()?.count ?? 0;
      }),

    forgetKeys: async (startedBefore) =>
      attempt(() => {
        const isOld = and(hasEnded, lt(operations.startedAt, startedBefore));
        const oldest = db.select({ id: operations.id }).from(operations).where(isOld).limit(1).get();
        if (oldest) db.delete(operations).where(isOld).run();
      }),
  };
}

type State = (typeof operations.$inferSelect)['state'];

const openStates: State[] = ['RESERVING', 'SEARCHING', 'RESERVED', 'REPLACING', 'DELETING', 'LANDING'];
/** Of a lease that nobody holds. */
const nobodys = new Date(0);
const noKey = { idempotencyKey: null, inputSha256: null };

/** Held by this lease, now: the fence before whatever is written. */
function isHeld({ operationId, token }: Lease): SQL | undefined {
  const isMine = and(eq(operations.id, operationId), eq(operations.leaseToken, token));
  return and(isMine, gt(operations.leaseUntil, new Date()));
}

const isIn = (state: State | State[]) => inArray(operations.state, [state].flat());

function begun({ operationId: id, token: leaseToken, until: leaseUntil }: Lease, times: Times) {
  const { startedAt, settlesAt } = times;
  return { id, leaseToken, leaseUntil, dueAt: leaseUntil, startedAt, settlesAt };
}

type Times = Pick<NewCreate, 'startedAt' | 'settlesAt'>;

/** One statement for any number of values. */
const isAmong = (column: Column, values: readonly string[]) =>
  inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
