import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { noFindings } from './checker.ts';
import { clientOf, isShown, jpg, png } from './client.ts';
import { counted, dieMutating, stepsOf } from './deaths.ts';
import { tokenOf } from './keys.ts';
import { createWithKey, type Mutate, type Mutation, mutations } from './mutations.ts';
import { inDatabase, letTimePass, patient, startWorld, type World } from './world.ts';

const atOnce = pLimit(3);

/** Prepares a world and says what is asked for. */
async function prepare(world: World, { ask, isOfResource }: Mutation): Promise<Mutate> {
  const id = isOfResource ? await createIn(world) : '';
  return (client) => ask(client, id);
}

test.each(Object.entries(mutations))('%s comes to the steps that are known', async (_, mutation) => {
  const world = await startWorld();
  expect(await stepsOf(world, await prepare(world, mutation))).toEqual(Object.keys(mutation.steps));
});

test.each(Object.entries(mutations))(
  '%s that is killed at any step leaves nothing open or half',
  async (_, mutation) => {
    const { steps, isKeyed } = mutation;
    const outcomes = counted(Object.keys(steps)).map((reached) =>
      atOnce(async () => {
        const world = await startWorld();
        await dieMutating(world, reached, await prepare(world, mutation));
        letTimePass(world.at.file);
        const { url } = await world.start();
        const findings = await world.check();
        const outcome = whatIsThere(world);
        if (isKeyed) {
          expect(isShown(await createWithKey(clientOf(url, tokenOf('ada'), world.told))), reached.step).toBe(true);
          expect({ findings: await world.check(), there: whatIsThere(world) }, reached.step).toEqual({
            findings: noFindings,
            there: 'version 1, png',
          });
        }
        return { step: reached.step, findings, outcome };
      }),
    );
    const expected = Object.entries(steps).map(([step, outcome]) => ({ step, findings: noFindings, outcome }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);

/** A resource of ada's; gives its id. */
async function createIn(world: World): Promise<string> {
  const { url, stop } = await world.start(patient);
  const created = await clientOf(url, tokenOf('ada'), world.told).create({ picture: png });
  await stop();
  if (!isShown(created)) throw new Error(`There is nothing to begin with: ${created.code}`);
  return created.id;
}

function whatIsThere({ at }: World): string {
  const query = 'SELECT version, sha256 FROM resources';
  const rows = inDatabase(at.file, (database) => database.prepare(query).all()) as {
    version: number;
    sha256: string;
  }[];
  const names = { [png.sha256]: 'png', [jpg.sha256]: 'jpg' };
  return rows.map(({ version, sha256 }) => `version ${version}, ${names[sha256]}`).join('; ') || 'nothing';
}
