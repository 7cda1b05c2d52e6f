import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { OperationStore } from '../../subgraphs/resources/storage/operation-store.ts';
import { clientOf, isShown, png } from './client.ts';
import { noTold } from './client-ledger.ts';
import { createReach, type Doomed, tell } from './killable.ts';
import { type ResourcesAt, startResourcesAt } from './resources-at.ts';
import type { Step } from './steps.ts';

/** One JSON argument of the process. */
export interface ResourcesProcess extends ResourcesAt, Doomed {
  /** Waits at any of these until an account is purged. */
  waitAt?: readonly Step[];
  /** How long what its reconciler claims is its own; as the product has it where it is left out. */
  claimMs?: number;
  /** Answers a user of this token once each of what can be asked, before anybody else. */
  rehearseAs?: string;
}

/** A process of the resources subgraph and nothing else, that can be told where to die. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const { killAt, isTellingSteps, waitAt, claimMs, rehearseAs, ...at } = JSON.parse(argument) as ResourcesProcess;
  const meetDoom = createReach({ killAt, isTellingSteps });
  const reach = (step: Step) =>
    waitAt?.includes(step) ? untilPurged(at.file).then(() => meetDoom(step)) : meetDoom(step);
  const shorten = (operations: OperationStore) => (claimMs ? withShortClaims(operations, claimMs) : operations);
  const { url } = await startResourcesAt(at, { reach, shorten });
  if (rehearseAs) await rehearse(url, rehearseAs);
  tell(`url ${url}`);
}

const pollMs = 10;

/** Until an account has a tombstone, and no row any more. */
async function untilPurged(file: string): Promise<void> {
  const database = new Database(file, { readonly: true });
  const isPurged = database.prepare('SELECT count(*) FROM tombstones WHERE NOT is_pending').pluck();
  if (isPurged.get() === 0) tell('waiting');
  while (isPurged.get() === 0) await setTimeout(pollMs);
  database.close();
}

async function rehearse(url: string, token: string): Promise<void> {
  const user = clientOf(url, token, noTold());
  const created = await user.create({ picture: png });
  if (!isShown(created)) throw new Error(`The rehearsal went wrong: ${created.code}`);
  await user.update({ id: created.id, picture: png });
  await user.delete(created.id);
}

/** To write what came of the calls, as the reconciler reckons. */
const writeMs = 5_000;

/** The reconciler's claims pass sooner, and no call of its outlasts them. */
function withShortClaims(operations: OperationStore, claimMs: number): OperationStore {
  return {
    ...operations,
    async claim({ now, limit }) {
      const claimed = await operations.claim({ now, limit, until: new Date(now.getTime() + claimMs) });
      const until = new Date(now.getTime() + claimMs + writeMs);
      return claimed.map((operation) => ({ ...operation, lease: { ...operation.lease, until } }));
    },
  };
}
