import { cpSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../support/files.ts';
import { noFindings } from './checks/checker.ts';
import { clientOf, jpg, png, requireResource } from './clients/resource-client.ts';
import {
  killDuringMutation,
  killDuringReconciliation,
  printStepCount,
  stepsOfReconciler,
  withOccurrences,
} from './kill-at-step.ts';
import type { Mutate } from './mutations.ts';
import { tokenOf } from './processes/keys.ts';
import type { Call, Step } from './processes/steps.ts';
import { inDatabase, letTimePass, longTimeouts, startWorld, type World } from './world.ts';

/** A state that a killed process leaves behind. */
interface Interrupted {
  leave(world: World): Promise<void>;
  /** Calls of its recovery. */
  calls: Call[];
  /** Number of resources after the recovery. */
  rows: number;
  /** Also kills at the steps that every run of the reconciler has. One state is enough for these. */
  isKilledEverywhere?: boolean;
}

const create: Mutate = (client) => client.create({ picture: png, description: 'wanted' });
const createWithKey: Mutate = (client) => client.create({ picture: png, idempotencyKey: 'the one' });
const search: Call[] = [
  'operations.startSearch',
  'imageClient.list',
  'operations.referencedImages',
  'imageClient.publicHash',
  'operations.recordedReservations',
];
const emptySearch: Call[] = ['imageClient.list', 'operations.referencedImages'];

const interruptedOperations: Record<string, Interrupted> = {
  'a create that never received its image’s id': {
    leave: killedAt('after imageClient.create', create),
    calls: [...search, 'operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create that has no image': {
    leave: killedAt('after operations.beginCreate', create),
    calls: ['operations.startSearch', ...emptySearch, 'operations.recordedReservations', 'operations.end'],
    rows: 0,
  },
  'a create without a key whose image is complete': {
    leave: killedAt('before operations.finishCreate', create),
    calls: ['operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create with a key whose image is complete': {
    leave: killedAt('before operations.finishCreate', createWithKey),
    calls: ['imageClient.publicHash', 'operations.finishCreate'],
    rows: 1,
    isKilledEverywhere: true,
  },
  'a create with a key that has only a reservation': {
    leave: killedAt('after operations.reserve', createWithKey),
    calls: ['imageClient.publicHash', 'operations.discard', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a replacement whose bytes are the old ones': {
    leave: killedWithResource('before imageClient.replace', (id) => (client) => client.update({ id, picture: jpg })),
    calls: ['imageClient.publicHash', 'operations.end'],
    rows: 1,
  },
  'a replacement whose bytes are the new ones': {
    leave: killedWithResource('after imageClient.replace', (id) => (client) => client.update({ id, picture: jpg })),
    calls: ['imageClient.publicHash', 'operations.finishReplacement'],
    rows: 1,
  },
  'a deletion whose image exists': {
    leave: killedWithResource('before imageClient.delete', (id) => (client) => client.delete(id)),
    calls: ['imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a deletion whose image is deleted': {
    leave: killedWithResource('after imageClient.delete', (id) => (client) => client.delete(id)),
    calls: ['imageClient.delete', 'operations.end'],
    rows: 0,
  },
  'a create that has no image, beside the late image of an abandoned create': {
    leave: async (world) => {
      await killedAt('after imageClient.create', create)(world);
      inDatabase(world.at.file, (database) => database.exec('DELETE FROM operations'));
      await killedAt('after operations.beginCreate', create)(world);
    },
    calls: [...search, 'operations.adoptOrphan', 'operations.end', 'imageClient.delete', 'operations.end'],
    rows: 0,
  },
};

const commonSteps = /(revocations\.purgeSome|operations\.(countUnresolved|deleteExpiredKeys))$/;

/** Length of a lease, which is also the longest delay by a killed reconciler: two seconds of calls, and five to write. */
const leaseMs = 7_000;

/** The steps are divided among so many worlds, which run at the same time. */
const worlds = 2;

test.each(Object.entries(interruptedOperations))(
  'the reconciler loses nothing if it is killed at any step of the recovery of %s',
  { timeout: 300_000 },
  async (_, interrupted) => {
    const killing = Array.from({ length: worlds }, async (_, at) => {
      const world = await startWorld();
      await interrupted.leave(world);
      letTimePass(world.at.file);
      const restore = saveFolder(dirname(world.at.file));
      const steps = await stepsOfReconciler(world);
      const commonCalls: Call[] = [
        'revocations.purgeSome',
        'operations.countUnresolved',
        'operations.deleteExpiredKeys',
      ];
      const expected = ['operations.claim', ...interrupted.calls, ...commonCalls];
      expect(callsOf(steps)).toEqual(expected.toSorted());
      const occurrences = withOccurrences(steps).filter(
        ({ step }) => interrupted.isKilledEverywhere || !commonSteps.test(step),
      );
      for (const reached of occurrences.filter((_, place) => place % worlds === at)) {
        restore();
        await killDuringReconciliation(world, reached);
        expect(lastLeaseEnd(world), reached.step).toBeLessThanOrEqual(Date.now() + leaseMs);
        letTimePass(world.at.file);
        const { stop } = await world.start();
        expect({ step: reached.step, ...(await world.check()) }).toEqual({ step: reached.step, ...noFindings });
        expect(world.rowCount(), reached.step).toBe(interrupted.rows);
        await stop();
      }
      return occurrences;
    });
    printStepCount((await Promise.all(killing))[0] ?? []);
  },
);

/** Milliseconds since 1970. 0 if no operation is unfinished. */
function lastLeaseEnd({ at }: World): number {
  const query = "SELECT coalesce(max(lease_until), 0) FROM operations WHERE state <> 'ENDED'";
  return inDatabase(at.file, (database) => database.prepare(query).pluck().get()) as number;
}

/** Calls among the steps. Each must have a step before it and one after it. */
function callsOf(steps: string[]): string[] {
  const called = (when: string) =>
    steps.filter((step) => step.startsWith(`${when} `)).map((step) => step.slice(when.length + 1));
  expect(called('after').toSorted()).toEqual(called('before').toSorted());
  return called('before').toSorted();
}

function killedAt(step: Step, mutate: Mutate): Interrupted['leave'] {
  return (world) => killDuringMutation(world, { step, nth: 1 }, mutate);
}

function killedWithResource(step: Step, mutating: (id: string) => Mutate): Interrupted['leave'] {
  return async (world) => {
    const { url, stop } = await world.start(longTimeouts);
    const created = await clientOf(url, tokenOf('ada'), world.ledger).create({ picture: png });
    await stop();
    await killDuringMutation(world, { step, nth: 1 }, mutating(requireResource(created).id));
  };
}

/** Copies a folder that nobody writes to. Gives a function that restores it. */
function saveFolder(folder: string): () => void {
  const copy = folderOfTest();
  cpSync(folder, copy, { recursive: true });
  return () => {
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
  };
}
