import { and, eq, gt, inArray, lte } from 'drizzle-orm';
import type { Lease, NewReplacement, NewResource, OpenOperation } from '../operation-store.ts';
import { isOpen, operations } from './tables.ts';

type Row = typeof operations.$inferSelect;
export type State = Row['state'];

export const openStates: State[] = ['RESERVING', 'SEARCHING', 'RESERVED', 'REPLACING', 'DELETING', 'LANDING'];
/** `leaseUntil` of an operation without a lease holder. */
export const unheld = new Date(0);
export const noKey = { idempotencyKey: null, inputSha256: null };

/** Fencing condition of every write: this lease holds the operation at the time of the write. */
export const isHeldAt = (now: Date, { operationId, token }: Lease) =>
  and(eq(operations.id, operationId), eq(operations.leaseToken, token), gt(operations.leaseUntil, now));

export const later = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

export const isIn = (state: State | State[]) => inArray(operations.state, [state].flat());

/** Open, due, and without a valid lease. */
export const isDueAt = (now: Date) => and(lte(operations.dueAt, now), lte(operations.leaseUntil, now), isOpen);

/** A create whose image has this hash and is not known yet. */
export const isReserving = (sha256: string) => and(isOpen, isIn('RESERVING'), eq(operations.reservationSha256, sha256));

/** Reads an operation from its row, just after it was claimed. */
export function claimedFrom(row: Row): OpenOperation {
  const { id: operationId, leaseToken: token, leaseUntil, startedAt, settlesAt, attempts } = row;
  return { lease: { operationId, token }, leaseUntil, startedAt, settlesAt, attempts, ...stateOf(row) };
}

type StateProperties = OpenOperation extends infer Each ? (Each extends unknown ? Omit<Each, Base> : never) : never;
type Base = 'lease' | 'leaseUntil' | 'startedAt' | 'settlesAt' | 'attempts';

function stateOf({ state, content, idempotencyKey, ...row }: Row): StateProperties {
  switch (state) {
    case 'RESERVING':
    case 'SEARCHING':
      return { state, reservationSha256: requireValue(row, 'reservationSha256') };
    case 'RESERVED': {
      const image = { imageId: requireValue(row, 'imageId'), imageUrl: requireValue(row, 'imageUrl') };
      const resource = (content ?? undefined) as NewResource | undefined;
      return { state, ...image, resource, isKeyed: idempotencyKey !== null };
    }
    case 'REPLACING': {
      const image = { imageId: requireValue(row, 'imageId'), imageUrl: requireValue(row, 'imageUrl') };
      return {
        state,
        ...image,
        oldSha256: requireValue(row, 'oldSha256'),
        changes: content as NewReplacement['changes'],
      };
    }
    case 'DELETING':
      return { state, imageId: requireValue(row, 'imageId') };
    case 'LANDING':
      return { state };
    case 'ENDED':
      throw new Error(`The operation ${row.id} was claimed although it has ended.`);
  }
}

/** Reads a column that every row of this state has. */
function requireValue<Name extends 'imageId' | 'imageUrl' | 'oldSha256' | 'reservationSha256'>(
  row: Pick<Row, Name | 'id'>,
  name: Name,
): string {
  const value = row[name];
  if (value === null) throw new Error(`The operation ${row.id} has no ${name}.`);
  return value;
}
