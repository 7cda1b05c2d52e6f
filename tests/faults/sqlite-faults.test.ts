import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { markReadOnly, markWritable } from '../../subgraphs/resources/testing/read-only.ts';
import { versionAndCount } from '../support/graphql/documents.ts';
import { noFindings } from './checks/checker.ts';
import { clientOf, isResource, jpg, png, requireResource, type StoredResource } from './clients/resource-client.ts';
import { tokenOf } from './processes/keys.ts';
import type { Step } from './processes/steps.ts';
import { letTimePass, startWorld, storeForeign } from './world.ts';

/** How a database begins and ends to reject writes, through its file or through the product's own connection. */
interface Fault {
  begin(database: Connections): void;
  end(database: Connections): void;
  /** True if open connections notice its end. */
  isNoticed: boolean;
}

interface Connections {
  /** The connection of the server under test. */
  own: Database.Database;
  /** The test's own connection. */
  second: Database.Database;
}

const faults: Record<string, Fault> = {
  'is locked by another writer': {
    begin: ({ second }) => second.exec('BEGIN IMMEDIATE'),
    end: ({ second }) => second.exec('ROLLBACK'),
    isNoticed: true,
  },
  'is full': {
    begin: ({ own }) => own.pragma(`max_page_count = ${own.pragma('page_count', { simple: true })}`),
    end: ({ own }) => own.pragma('max_page_count = 1000000'),
    isNoticed: true,
  },
  'can only be read': {
    begin: ({ second }) => markReadOnly(second),
    end: ({ second }) => markWritable(second),
    isNoticed: false,
  },
};

/** Too long to fit into a free page of a full database. */
const description = 'Ä'.repeat(5_000);
const unavailable = { code: 'SERVICE_UNAVAILABLE' };
const creation: Step[] = ['before operations.beginCreate', 'after imageClient.create', 'after imageClient.replace'];
const replacement: Step[] = ['before operations.beginReplacement', 'after imageClient.replace'];
const everyFault = Object.entries(faults);

/** Starts resources with one resource of ada's. Their database fails at a step of her next mutation. */
async function startWithFaultyDatabase(fault: Fault) {
  const world = await startWorld();
  world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, png));
  const pragma = vi.spyOn(Database.prototype, 'pragma');
  let failAt: Step | undefined;
  const onStep = (step: Step) => {
    if (step !== failAt) return;
    failAt = undefined;
    fault.begin(parts);
  };
  const { url, stop } = await world.start({}, { onStep });
  const parts = { own: pragma.mock.contexts[0] as Database.Database, second: new Database(world.at.file) };
  pragma.mockRestore();
  onTestFinished(() => void parts.second.close());
  const ada = clientOf(url, tokenOf('ada'), world.ledger);
  const resource = requireResource(await ada.create({ picture: png }));
  return {
    ...{ world, ada, resource },
    failAt: (step: Step) => {
      failAt = step;
    },
    /** Ends the fault and gives a client of a server that works. */
    restore: async () => {
      if (!fault.isNoticed) await stop();
      fault.end(parts);
      if (fault.isNoticed) return ada;
      letTimePass(world.at.file);
      return clientOf((await world.start()).url, tokenOf('ada'), world.ledger);
    },
    expectReads: async ({ id, version }: StoredResource) => {
      const expected = { resource: { id, version }, resources: { totalCount: 1 } };
      expect(await ada.request.data(versionAndCount, { id })).toEqual(expected);
    },
  };
}

const cases = (steps: Step[]) => everyFault.flatMap(([name, fault]) => steps.map((step) => ({ name, fault, step })));

test.each(cases(creation))(
  'SERVICE_UNAVAILABLE, and nothing is left, if the database $name $step of a create',
  async ({ fault, step }) => {
    const { world, ada, resource, failAt, restore, expectReads } = await startWithFaultyDatabase(fault);
    failAt(step);
    const input = { picture: jpg, description };
    expect(await ada.create(input)).toEqual(unavailable);
    await expectReads(resource);
    const healed = await restore();
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(1);
    expect(isResource(await healed.create(input))).toBe(true);
    expect(await world.check()).toEqual(noFindings);
  },
);

test.each(cases(replacement))(
  'SERVICE_UNAVAILABLE, with the old image or the new one, if the database $name $step of a replacement',
  async ({ fault, step }) => {
    const { world, ada, resource, failAt, restore, expectReads } = await startWithFaultyDatabase(fault);
    failAt(step);
    expect(await ada.update({ id: resource.id, picture: jpg, description })).toEqual(unavailable);
    await expectReads(resource);
    const healed = await restore();
    expect(await world.check()).toEqual(noFindings);
    expect(await healed.update({ id: resource.id, picture: jpg })).toMatchObject({ image: { sha256: jpg.sha256 } });
    expect(await world.check()).toEqual(noFindings);
  },
);

test.each(everyFault.filter(([name]) => name !== 'is full'))(
  'SERVICE_UNAVAILABLE, and nothing is deleted, if the database %s when a resource is deleted',
  async (_, fault) => {
    const { world, ada, resource, failAt, restore, expectReads } = await startWithFaultyDatabase(fault);
    failAt('before operations.beginDeletion');
    expect(await ada.delete(resource.id)).toEqual(unavailable);
    await expectReads(resource);
    const healed = await restore();
    expect(await healed.delete(resource.id)).toBe(undefined);
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(0);
  },
);

test.each(everyFault)(
  'the deletion of an image is completed after a restart if the database %s when the image has been deleted',
  async (_, fault) => {
    const { world, ada, resource, failAt, restore } = await startWithFaultyDatabase(fault);
    failAt('after imageClient.delete');
    expect(await ada.delete(resource.id)).toBe(undefined);
    await restore();
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(0);
  },
);
