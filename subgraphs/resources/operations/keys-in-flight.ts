import { inProgress, keyReused } from '../errors.ts';
import type { Idempotency } from '../storage/operation-store.ts';

/** Runs a create unless one of the same owner and key runs in this process: CONFLICT (IN_PROGRESS, KEY_REUSED). */
export type HoldKey = <Result>(
  ownerId: string,
  idempotency: Idempotency | undefined,
  run: () => Promise<Result>,
) => Promise<Result>;

/** Many repetitions at once cost no more than the first: they are refused before their images are read. */
export function createKeysInFlight(): HoldKey {
  const inputs = new Map<string, string>();
  return async (ownerId, idempotency, run) => {
    if (!idempotency) return run();
    const { key, inputSha256 } = idempotency;
    const name = JSON.stringify([ownerId, key]);
    const other = inputs.get(name);
    if (other !== undefined) throw other === inputSha256 ? inProgress() : keyReused();
    inputs.set(name, inputSha256);
    try {
      return await run();
    } finally {
      inputs.delete(name);
    }
  };
}
