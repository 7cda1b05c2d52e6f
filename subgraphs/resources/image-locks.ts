import { Refusal } from '../../runtime/refusal.ts';
import type { VersionedKey } from './storage/resource-store.ts';

/** Which images are being replaced just now, in this process. */
export interface ImageLocks {
  /** Runs `replace` unless the same resource's image is being replaced already: CONFLICT, IN_PROGRESS. */
  hold<Result>(key: VersionedKey, replace: () => Promise<Result>): Promise<Result>;
  /** CONFLICT, IN_PROGRESS where an image is being replaced on the condition that its resource does not move on. */
  refuseWhereVersioned(key: VersionedKey): void;
}

/**
 * The image service cannot replace bytes on a condition, so what must not happen meanwhile is kept from happening here:
 * a second replacement, and a change that passes the version which the first was promised.
 */
export function createImageLocks(): ImageLocks {
  const held = new Map<string, { isVersioned: boolean }>();
  const nameOf = ({ ownerId, id }: VersionedKey) => `${ownerId}/${id}`;

  return {
    async hold(key, replace) {
      const name = nameOf(key);
      if (held.has(name)) throw inProgress();
      held.set(name, { isVersioned: key.expectedVersion !== undefined });
      try {
        return await replace();
      } finally {
        held.delete(name);
      }
    },
    refuseWhereVersioned(key) {
      if (held.get(nameOf(key))?.isVersioned) throw inProgress();
    },
  };
}

function inProgress(): Refusal {
  const message = 'The image of this resource is being replaced just now: try again when that is done.';
  return new Refusal({ code: 'CONFLICT', reason: 'IN_PROGRESS' }, message);
}
