import { closeSync, openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { markReadOnly } from '../../subgraphs/resources/testing/read-only.ts';
import { versionAndCount } from '../support/documents.ts';
import { noFindings } from './checker.ts';
import { clientOf, isShown, jpg, png, type Shown } from './client.ts';
import { tokenOf } from './keys.ts';
import type { Step } from './steps.ts';
import { letTimePass, startWorld, storeForeign } from './world.ts';

/** How a database stops taking writes, and takes them again; by its file or by the product's own connection. */
interface Fault {
  begin(database: Parts): void;
  end(database: Parts): void;
  /** Whether connections that are open notice its end. */
  isNoticed: boolean;
}

interface Parts {
  /** The connection of the process that is tested. */
  own: Database.Database;
  /** That of another. */
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

/** So long that no row of it fits where there is room by chance. */
const description = 'Ä'.repeat(5_000);
const unavailable = { code: 'SERVICE_UNAVAILABLE' };
const creation: Step[] = ['before operations.beginCreate', 'after imageClient.create', 'after imageClient.replace'];
const replacement: Step[] = ['before operations.beginReplacement', 'after imageClient.replace'];
const everyFault = Object.entries(faults);

/** Resources with one resource of ada's, whose database goes wrong at a step of what she asks for next. */
async function startBreakable(fault: Fault) {
  const world = await startWorld();
  world.told.foreign.push(await storeForeign(world.imageServiceUrl, png));
  const pragma = vi.spyOn(Database.prototype, 'pragma');
  let breakAt: Step | undefined;
  const reach = (step: Step) => {
    if (step !== breakAt) return;
    breakAt = undefined;
    fault.begin(parts);
  };
  const { url, stop } = await world.start({}, { reach });
  const parts = { own: pragma.mock.contexts[0] as Database.Database, second: new Database(world.at.file) };
  pragma.mockRestore();
  onTestFinished(() => void parts.second.close());
  // While a statement waits for another writer, so does this process and all that runs in it.
  parts.own.pragma('busy_timeout = 100');
  const ada = clientOf(url, tokenOf('ada'), world.told);
  const resource = await ada.create({ picture: png });
  if (!isShown(resource)) throw new Error(`There is nothing to begin with: ${resource.code}`);
  return {
    ...{ world, ada, resource },
    breakAt: (step: Step) => {
      breakAt = step;
    },
    /** Gives the client with whom to go on. */
    heal: async () => {
      if (!fault.isNoticed) await stop();
      fault.end(parts);
      if (fault.isNoticed) return ada;
      letTimePass(world.at.file);
      return clientOf((await world.start()).url, tokenOf('ada'), world.told);
    },
    expectReads: async ({ id, version }: Shown) => {
      const expected = { resource: { id, version }, resources: { totalCount: 1 } };
      expect(await ada.ask.data(versionAndCount, { id })).toEqual(expected);
    },
  };
}

const cases = (steps: Step[]) => everyFault.flatMap(([name, fault]) => steps.map((step) => ({ name, fault, step })));

test.each(cases(creation))(
  'a database that $name $step of a create costs SERVICE_UNAVAILABLE and leaves nothing',
  async ({ fault, step }) => {
    const { world, ada, resource, breakAt, heal, expectReads } = await startBreakable(fault);
    breakAt(step);
    const input = { picture: jpg, description };
    expect(await ada.create(input)).toEqual(unavailable);
    await expectReads(resource);
    const healed = await heal();
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(1);
    expect(isShown(await healed.create(input))).toBe(true);
    expect(await world.check()).toEqual(noFindings);
  },
);

test.each(cases(replacement))(
  'a database that $name $step of a replacement costs SERVICE_UNAVAILABLE and leaves the old image or the new one',
  async ({ fault, step }) => {
    const { world, ada, resource, breakAt, heal, expectReads } = await startBreakable(fault);
    breakAt(step);
    expect(await ada.update({ id: resource.id, picture: jpg, description })).toEqual(unavailable);
    await expectReads(resource);
    const healed = await heal();
    expect(await world.check()).toEqual(noFindings);
    expect(await healed.update({ id: resource.id, picture: jpg })).toMatchObject({ image: { sha256: jpg.sha256 } });
    expect(await world.check()).toEqual(noFindings);
  },
);

test.each(everyFault.filter(([name]) => name !== 'is full'))(
  'a database that %s when a resource is deleted costs SERVICE_UNAVAILABLE and deletes nothing',
  async (_, fault) => {
    const { world, ada, resource, breakAt, heal, expectReads } = await startBreakable(fault);
    breakAt('before operations.beginDeletion');
    expect(await ada.delete(resource.id)).toEqual(unavailable);
    await expectReads(resource);
    const healed = await heal();
    expect(await healed.delete(resource.id)).toBe(undefined);
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(0);
  },
);

test.each(everyFault)('a database that %s when an image has been deleted forgets nothing of it', async (_, fault) => {
  const { world, ada, resource, breakAt, heal } = await startBreakable(fault);
  breakAt('after imageClient.delete');
  expect(await ada.delete(resource.id)).toBe(undefined);
  await heal();
  expect(await world.check()).toEqual(noFindings);
  expect(world.rowCount()).toBe(0);
});

/** The format's write version as it is with a write-ahead log; see test-read-only.ts. */
function markWritable(second: Database.Database): void {
  const file = openSync(second.name, 'r+');
  writeSync(file, Buffer.from([2]), 0, 1, 18);
  closeSync(file);
}
