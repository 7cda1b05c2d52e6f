import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { noFindings } from './checks/checker.ts';
import { clientOf, png, requireResource } from './clients/resource-client.ts';
import { withOccurrences } from './kill-at-step.ts';
import { mutations } from './mutations.ts';
import { tokenOf } from './processes/keys.ts';
import { startResourcesProcess } from './processes/spawn.ts';
import { letTimePass, longTimeouts, startWorld } from './world.ts';

const limit = pLimit(3);
/** The reconciler runs once, before the process serves. */
const onlyMutations = { ...longTimeouts, reconcileEveryMs: 3_600_000 };

test.each(Object.entries(mutations))(
  '%s whose writer thread ends at any step is answered, and the process exits with 1 and leaves no partial state',
  { timeout: 300_000 },
  async (_, { steps, send, changesResource }) => {
    const outcomes = withOccurrences(Object.keys(steps)).map((killAt) =>
      limit(async () => {
        const world = await startWorld();
        let id = '';
        if (changesResource) {
          const { url, stop } = await world.start(longTimeouts);
          id = requireResource(await clientOf(url, tokenOf('ada'), world.ledger).create({ picture: png })).id;
          await stop();
        }
        const process = startResourcesProcess({ ...world.at, ...onlyMutations, killAt, endsThread: true });
        const answer = await send(clientOf(await process.url, tokenOf('ada'), world.ledger), id);
        const exitCode = await process.exitCode;
        letTimePass(world.at.file);
        await world.start(longTimeouts);
        return { step: killAt.step, answer, exitCode, findings: await world.check() };
      }),
    );
    const unavailable = { code: 'SERVICE_UNAVAILABLE' };
    for (const { step, answer, ...rest } of await Promise.all(outcomes)) {
      expect(rest, step).toEqual({ exitCode: 1, findings: noFindings });
      // A write before the end of the thread is answered; one after it is not.
      if (step.startsWith('before operations.begin') || step === 'before store.update') {
        expect(answer, step).toEqual(unavailable);
      }
    }
  },
);
