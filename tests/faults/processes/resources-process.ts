import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { OpenOperation, OperationStore } from '../../../subgraphs/resources/storage/operation-store.ts';
import { emptyLedger } from '../clients/ledger.ts';
import { clientOf, isResource, png } from '../clients/resource-client.ts';
import { type ResourcesSettings, startResourcesServer } from './resources-server.ts';
import { createKiller, exitWithThread, type KillSettings, printLine, type Step } from './steps.ts';

/** The process's one argument, as JSON. */
export interface ResourcesProcess extends ResourcesSettings, KillSettings {
  /** Waits at each of these steps until an account has been purged. */
  waitAt?: readonly Step[];
  /** How long the reconciler's claim on an operation lasts; the product's own time by default. */
  claimMs?: number;
  /** An access token with which each mutation is sent once before the URL is printed, so that its code is compiled. */
  warmUpAs?: string;
}

/** A killable process of the resources subgraph alone. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const { killAt, printsSteps, endsThread, waitAt, claimMs, warmUpAs, ...settings } = JSON.parse(
    argument,
  ) as ResourcesProcess;
  const kill = createKiller({ killAt, printsSteps, endsThread });
  const onStep = async (step: Step) => {
    if (waitAt?.includes(step)) await waitUntilPurged(settings.file);
    return kill(step);
  };
  const wrapOperations = (operations: OperationStore) => (claimMs ? withShortClaims(operations, claimMs) : operations);
  const { url, stop } = await startResourcesServer({ writer: 'thread', ...settings }, { onStep, wrapOperations });
  if (endsThread) exitWithThread(stop);
  if (warmUpAs) await warmUp(url, warmUpAs);
  printLine(`url ${url}`);
}

const pollMs = 10;

/** Resolves when an account has a tombstone and its rows are deleted. */
async function waitUntilPurged(file: string): Promise<void> {
  const database = new Database(file, { readonly: true });
  const purged = database.prepare('SELECT count(*) FROM tombstones WHERE NOT is_pending').pluck();
  if (purged.get() === 0) printLine('waiting');
  while (purged.get() === 0) await setTimeout(pollMs);
  database.close();
}

async function warmUp(url: string, token: string): Promise<void> {
  const client = clientOf(url, token, emptyLedger());
  const created = await client.create({ picture: png });
  if (!isResource(created)) throw new Error(`The warm-up failed: ${created.code}`);
  await client.update({ id: created.id, picture: png });
  await client.delete(created.id);
}

/** How long the reconciler allows for writing the outcome of its calls, beside its claim. */
const writeMs = 5_000;

/** Shortens the reconciler's claims, and the leases with which it writes accordingly. */
function withShortClaims(operations: OperationStore, claimMs: number): OperationStore {
  return {
    ...operations,
    async claim({ limit }) {
      const claimed = await operations.claim({ leaseMs: claimMs, limit });
      const withTimeToWrite = ({ leaseUntil }: OpenOperation) => new Date(leaseUntil.getTime() + writeMs);
      return claimed.map((operation) => ({ ...operation, leaseUntil: withTimeToWrite(operation) }));
    },
  };
}
