import { cpSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../support/temporary-folder.ts';
import { noFindings } from './checker.ts';
import { clientOf, isShown, jpg, png } from './client.ts';
import { counted, dieMutating, dieReconciling, stepsOfReconciler } from './deaths.ts';
import { tokenOf } from './keys.ts';
import type { Mutate } from './mutations.ts';
import type { Step } from './steps.ts';
import { inDatabase, letTimePass, patient, startWorld, type World } from './world.ts';

interface LeftOver {
  leave(world: World): Promise<void>;
  /** What its settling calls, in that order. */
  calls: string[];
  /** How many resources there are once it is settled. */
  rows: number;
  /** Whether it is killed also in what every look does beside, which is the same for all. */
  isKilledEverywhere?: boolean;
}

const create: Mutate = (client) => client.create({ picture: png, description: 'wanted' });
const createWithKey: Mutate = (client) => client.create({ picture: png, idempotencyKey: 'the one' });
const search = [
  'operations.startSearch',
  'imageClient.list',
  'operations.referencedImages',
  'imageClient.publicHash',
  'operations.recordedReservations',
];
const finding = ['imageClient.list', 'operations.referencedImages'];

const leftOvers: Record<string, LeftOver> = {
  'a create that never heard its image’s id': {
    leave: dyingAt('after imageClient.create', create),
    calls: [...search, 'operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create that has no image': {
    leave: dyingAt('after operations.beginCreate', create),
    calls: ['operations.startSearch', ...finding, 'operations.recordedReservations', 'operations.end'],
    rows: 0,
  },
  'a create without a key that has all of its image': {
    leave: dyingAt('before operations.finishCreate', create),
    calls: ['operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create with a key that has all of its image': {
    leave: dyingAt('before operations.finishCreate', createWithKey),
    calls: ['imageClient.publicHash', 'operations.finishCreate'],
    rows: 1,
    isKilledEverywhere: true,
  },
  'a create with a key that has its reservation': {
    leave: dyingAt('after operations.reserve', createWithKey),
    calls: ['imageClient.publicHash', 'operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a replacement whose bytes are the old ones': {
    leave: dyingWithResource('before imageClient.replace', (id) => (client) => client.update({ id, picture: jpg })),
    calls: ['imageClient.publicHash', 'operations.end'],
    rows: 1,
  },
  'a replacement whose bytes are the new ones': {
    leave: dyingWithResource('after imageClient.replace', (id) => (client) => client.update({ id, picture: jpg })),
    calls: ['imageClient.publicHash', 'operations.finishReplacement'],
    rows: 1,
  },
  'a deletion whose image is there': {
    leave: dyingWithResource('before imageClient.delete', (id) => (client) => client.delete(id)),
    calls: ['imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a deletion whose image is gone': {
    leave: dyingWithResource('after imageClient.delete', (id) => (client) => client.delete(id)),
    calls: ['imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create that has no image, and the late image of one that was given up': {
    leave: async (world) => {
      await dyingAt('after imageClient.create', create)(world);
      inDatabase(world.at.file, (database) => database.exec('DELETE FROM operations'));
      await dyingAt('after operations.beginCreate', create)(world);
    },
    calls: [...search, 'operations.adoptOrphan', 'operations.end', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
};

const sameForAll = /(revocations\.purgeSome|operations\.(countUnresolved|deleteExpiredKeys))$/;

/** Worlds in which the same is left over: what is killed in one waits for nothing in another. */
const worlds = 2;

test.each(Object.entries(leftOvers))(
  'the reconciler that is killed at any step while it settles %s loses nothing',
  async (_, leftOver) => {
    const dying = Array.from({ length: worlds }, async (_, at) => {
      const world = await startWorld();
      await leftOver.leave(world);
      letTimePass(world.at.file);
      const restore = keep(dirname(world.at.file));
      const steps = await stepsOfReconciler(world);
      const beside = ['revocations.purgeSome', 'operations.countUnresolved', 'operations.deleteExpiredKeys'];
      const looks = ['operations.claim', ...leftOver.calls, ...beside];
      expect(callsOf(steps)).toEqual(looks.toSorted());
      const deaths = counted(steps).filter(({ step }) => leftOver.isKilledEverywhere || !sameForAll.test(step));
      for (const reached of deaths.filter((_, place) => place % worlds === at)) {
        restore();
        await dieReconciling(world, reached);
        letTimePass(world.at.file);
        const { stop } = await world.start();
        expect({ step: reached.step, ...(await world.check()) }).toEqual({ step: reached.step, ...noFindings });
        expect(world.rowCount(), reached.step).toBe(leftOver.rows);
        await stop();
      }
    });
    await Promise.all(dying);
  },
);

/** What was called, each with a step before and one after it. */
function callsOf(steps: string[]): string[] {
  const called = (when: string) =>
    steps.filter((step) => step.startsWith(`${when} `)).map((step) => step.slice(when.length + 1));
  expect(called('after').toSorted()).toEqual(called('before').toSorted());
  return called('before').toSorted();
}

function dyingAt(step: Step, mutate: Mutate): LeftOver['leave'] {
  return (world) => dieMutating(world, { step, nth: 1 }, mutate);
}

function dyingWithResource(step: Step, mutating: (id: string) => Mutate): LeftOver['leave'] {
  return async (world) => {
    const { url, stop } = await world.start(patient);
    const created = await clientOf(url, tokenOf('ada'), world.told).create({ picture: png });
    await stop();
    if (!isShown(created)) throw new Error(`There is nothing to begin with: ${created.code}`);
    await dieMutating(world, { step, nth: 1 }, mutating(created.id));
  };
}

/** Keeps a folder as it is; gives what brings it back to that. To be called while nobody writes to it. */
function keep(folder: string): () => void {
  const kept = folderOfTest();
  cpSync(folder, kept, { recursive: true });
  return () => {
    rmSync(folder, { recursive: true });
    cpSync(kept, folder, { recursive: true });
  };
}
