import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { noFindings } from './checks/checker.ts';
import { clientOf, isResource, jpg, png, requireResource } from './clients/resource-client.ts';
import { killDuringMutation, printStepCount, stepsOfMutation, withOccurrences } from './kill-at-step.ts';
import { createWithKey, type Mutate, type Mutation, mutations } from './mutations.ts';
import { tokenOf } from './processes/keys.ts';
import { inDatabase, letTimePass, longTimeouts, startWorld, type World } from './world.ts';

/** Dozens of processes are started on a busy machine. */
const timeout = 300_000;
const limit = pLimit(3);

/** Creates the resource that a mutation changes, if it changes one. */
async function prepare(world: World, { send, changesResource }: Mutation): Promise<Mutate> {
  const id = changesResource ? await createIn(world) : '';
  return (client) => send(client, id);
}

test.each(Object.entries(mutations))('%s goes through the expected steps', { timeout }, async (_, mutation) => {
  const world = await startWorld();
  expect(await stepsOfMutation(world, await prepare(world, mutation))).toEqual(Object.keys(mutation.steps));
});

test.each(Object.entries(mutations))(
  '%s leaves no unfinished operation and no partial state if it is killed at any step',
  { timeout },
  async (_, mutation) => {
    const { steps, isKeyed } = mutation;
    const outcomes = withOccurrences(Object.keys(steps)).map((reached) =>
      limit(async () => {
        const world = await startWorld();
        await killDuringMutation(world, reached, await prepare(world, mutation));
        letTimePass(world.at.file);
        const { url } = await world.start(longTimeouts);
        const findings = await world.check();
        const outcome = stateOf(world);
        if (isKeyed) {
          expect(isResource(await createWithKey(clientOf(url, tokenOf('ada'), world.ledger))), reached.step).toBe(true);
          expect({ findings: await world.check(), state: stateOf(world) }, reached.step).toEqual({
            findings: noFindings,
            state: 'version 1, png',
          });
        }
        return { step: reached.step, findings, outcome };
      }),
    );
    const expected = Object.entries(steps).map(([step, outcome]) => ({ step, findings: noFindings, outcome }));
    expect(await Promise.all(outcomes)).toEqual(expected);
    printStepCount(expected);
  },
);

/** Creates a resource of ada's and gives its id. */
async function createIn(world: World): Promise<string> {
  const { url, stop } = await world.start(longTimeouts);
  const created = await clientOf(url, tokenOf('ada'), world.ledger).create({ picture: png });
  await stop();
  return requireResource(created).id;
}

function stateOf({ at }: World): string {
  const query = 'SELECT version, sha256 FROM resources';
  const rows = inDatabase(at.file, (database) => database.prepare(query).all()) as {
    version: number;
    sha256: string;
  }[];
  const names = { [png.sha256]: 'png', [jpg.sha256]: 'jpg' };
  return rows.map(({ version, sha256 }) => `version ${version}, ${names[sha256]}`).join('; ') || 'nothing';
}
