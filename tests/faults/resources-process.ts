import { writeSync } from 'node:fs';
import type { OperationStore } from '../../subgraphs/resources/storage/operation-store.ts';
import { noTold } from './checker.ts';
import { clientOf, isShown, png } from './client.ts';
import { type ResourcesAt, startResourcesAt } from './resources-at.ts';
import type { Step } from './steps.ts';

/** One JSON argument of the process. */
export interface ResourcesProcess extends ResourcesAt {
  /** Kills itself there, for the nth time that it comes there. */
  killAt?: { step: Step; nth: number };
  /** Writes every step as a line. */
  isTellingSteps?: boolean;
  /** How long what its reconciler claims is its own; as the product has it where it is left out. */
  claimMs?: number;
  /** Answers a user of this token once each of what can be asked, before anybody else. */
  rehearseAs?: string;
}

/** A process of the resources subgraph and nothing else, that can be told where to die. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const { killAt, isTellingSteps, claimMs, rehearseAs, ...settings } = JSON.parse(argument) as ResourcesProcess;
  const tell = (line: string) => writeSync(1, `${line}\n`);
  let times = 0;
  const reach = (step: Step) => {
    if (isTellingSteps) tell(step);
    if (step !== killAt?.step) return;
    times += 1;
    if (times < killAt.nth) return;
    tell(`killed ${step}`);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: nothing more may be done until it is there.
    for (;;);
  };
  const shorten = (operations: OperationStore) => (claimMs ? withShortClaims(operations, claimMs) : operations);
  const { url } = await startResourcesAt(settings, { reach, shorten });
  if (rehearseAs) await rehearse(url, rehearseAs);
  tell(`url ${url}`);
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
