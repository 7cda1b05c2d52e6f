import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { noFindings } from './checker.ts';
import { clientOf, isShown, jpg, png } from './client.ts';
import { counted, dieMutating, type Mutate, stepsOf } from './deaths.ts';
import { tokenOf } from './keys.ts';
import type { Step } from './steps.ts';
import { inDatabase, letTimePass, startWorld, type World } from './world.ts';

interface Mutation {
  /** Prepares a world and says what is asked for. */
  ask(world: World): Promise<Mutate> | Mutate;
  /** Each step in the order in which it is come to, and what is there once a process that was killed at it is settled. */
  steps: Partial<Record<Step, 'nothing' | 'version 1, png' | 'version 2, png' | 'version 2, jpg'>>;
  /** Whether the same can be asked for again, and gives the same. */
  isKeyed?: boolean;
}

const atOnce = pLimit(3);

const mutations: Record<string, Mutation> = {
  'a create without a key': {
    ask: () => (client) => client.create({ picture: png, description: 'wanted' }),
    steps: {
      'before operations.beginCreate': 'nothing',
      'after operations.beginCreate': 'nothing',
      'before imageClient.create': 'nothing',
      'after imageClient.create': 'nothing',
      'before operations.reserve': 'nothing',
      'after operations.reserve': 'nothing',
      'before imageClient.replace': 'nothing',
      'after imageClient.replace': 'nothing',
      'before operations.finishCreate': 'nothing',
      'after operations.finishCreate': 'version 1, png',
    },
  },
  'a create with a key': {
    ask: () => createWithKey,
    steps: {
      'before operations.findKeyed': 'nothing',
      'after operations.findKeyed': 'nothing',
      'before operations.beginCreate': 'nothing',
      'after operations.beginCreate': 'nothing',
      'before imageClient.create': 'nothing',
      'after imageClient.create': 'nothing',
      'before operations.reserve': 'nothing',
      'after operations.reserve': 'nothing',
      'before imageClient.replace': 'nothing',
      'after imageClient.replace': 'version 1, png',
      'before operations.finishCreate': 'version 1, png',
      'after operations.finishCreate': 'version 1, png',
    },
    isKeyed: true,
  },
  'a replacement': {
    ask: async (world) => {
      const id = await createIn(world);
      return (client) => client.update({ id, picture: jpg });
    },
    steps: {
      'before operations.beginReplacement': 'version 1, png',
      'after operations.beginReplacement': 'version 1, png',
      'before imageClient.replace': 'version 1, png',
      'after imageClient.replace': 'version 2, jpg',
      'before operations.finishReplacement': 'version 2, jpg',
      'after operations.finishReplacement': 'version 2, jpg',
    },
  },
  'an update of texts': {
    ask: async (world) => {
      const id = await createIn(world);
      return (client) => client.update({ id, title: 'New' });
    },
    steps: {
      'before store.update': 'version 1, png',
      'after store.update': 'version 2, png',
    },
  },
  'a deletion': {
    ask: async (world) => {
      const id = await createIn(world);
      return (client) => client.delete(id);
    },
    steps: {
      'before operations.beginDeletion': 'version 1, png',
      'after operations.beginDeletion': 'nothing',
      'before imageClient.delete': 'nothing',
      'after imageClient.delete': 'nothing',
      'before operations.end': 'nothing',
      'after operations.end': 'nothing',
    },
  },
};

test.each(Object.entries(mutations))('%s comes to the steps that are known', async (_, { ask, steps }) => {
  const world = await startWorld();
  expect(await stepsOf(world, await ask(world))).toEqual(Object.keys(steps));
});

test.each(Object.entries(mutations))(
  '%s that is killed at any step leaves nothing open or half',
  async (_, mutation) => {
    const { steps, ask, isKeyed } = mutation;
    const outcomes = counted(Object.keys(steps)).map((reached) =>
      atOnce(async () => {
        const world = await startWorld();
        await dieMutating(world, reached, await ask(world));
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

function createWithKey(client: Parameters<Mutate>[0]) {
  return client.create({ picture: png, description: 'wanted', idempotencyKey: 'the one' });
}

/** A resource of ada's; gives its id. */
async function createIn(world: World): Promise<string> {
  const { url, stop } = await world.start();
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
