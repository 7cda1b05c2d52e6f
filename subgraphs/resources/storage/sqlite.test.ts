import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { StartFault } from '../../../runtime/start-fault.ts';
import { folderOfTest } from '../../../tests/folder-of-test.ts';
import { resourceStoreContract } from './resource-store.contract.ts';
import { openSqliteResourceStore } from './sqlite.ts';
import { aResource } from './test-resources.ts';

const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
resourceStoreContract(() => openSqliteResourceStore(join(folder, 'resources.sqlite')));

describe('opening', () => {
  test('a file that is no database is a fault that names it', () => {
    const file = join(folderOfTest(), 'letter.sqlite');
    writeFileSync(file, 'Dear reader, this is no database. '.repeat(50));
    expect(() => openSqliteResourceStore(file)).toThrow(StartFault);
    expect(() => openSqliteResourceStore(file)).toThrow(file);
  });

  test('a folder is a fault that names it', () => {
    const file = folderOfTest();
    expect(() => openSqliteResourceStore(file)).toThrow(StartFault);
    expect(() => openSqliteResourceStore(file)).toThrow(file);
  });

  test('a second time finds all that was kept', async () => {
    const file = join(folderOfTest(), 'made', 'by-opening', 'resources.sqlite');
    const first = openSqliteResourceStore(file);
    const resource = aResource({ title: 'Ünï😀', description: '%' });
    await first.insert(resource);
    const changed = await first.update(resource, { title: 'New' }, new Date(1));
    first.close();

    const second = openSqliteResourceStore(file);
    onTestFinished(() => second.close());
    expect(await second.find(resource)).toEqual(changed);
    expect(await second.insert(aResource({ image: resource.image }))).toBe(false);
  });

  test('beside another sees each change of the other’s at once', async () => {
    const file = join(folderOfTest(), 'resources.sqlite');
    const [one, other] = [openSqliteResourceStore(file), openSqliteResourceStore(file)];
    onTestFinished(() => [one, other].forEach((store) => void store.close()));
    const resource = aResource();
    await one.insert(resource);
    expect(await other.update({ ...resource, expectedVersion: 1 }, { title: 'New' }, new Date(1))).toBeDefined();
    expect(await one.update({ ...resource, expectedVersion: 1 }, { title: 'Newer' }, new Date(2))).toBeUndefined();
    expect(await one.find(resource)).toMatchObject({ title: 'New', version: 2 });
  });
});
