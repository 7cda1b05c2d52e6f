import type { NewReplacement, NewResource, OpenOperation } from '../operation-store.ts';
import type { operations } from './tables.ts';

type Row = typeof operations.$inferSelect;

/** Reads an operation from its row, just after it was claimed. */
export function claimedFrom(row: Row): OpenOperation {
  const { id: operationId, leaseToken: token, leaseUntil: until, startedAt, settlesAt, attempts } = row;
  return { lease: { operationId, token, until }, startedAt, settlesAt, attempts, ...stateOf(row) };
}

type State = OpenOperation extends infer Each ? (Each extends unknown ? Omit<Each, Base> : never) : never;
type Base = 'lease' | 'startedAt' | 'settlesAt' | 'attempts';

function stateOf({ state, content, idempotencyKey, ...row }: Row): State {
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
