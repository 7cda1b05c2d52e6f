import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { aResource } from '../../testing/resources.ts';
import { openSqliteResourceStore } from './resource-store.ts';

const href = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Inserts until that fails, in a process whose files are limited to some hundred kilobytes. */
const fillUp = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  import { aResource } from ${href('../../testing/resources.ts')};
  const store = openSqliteResourceStore(process.argv[1]);
  const fill = async (inserted) => {
    const resource = aResource({ ownerId: 'ada', description: 'x'.repeat(5_000) });
    return store.insert(resource).then(
      () => inserted < 1_000 ? fill(inserted + 1) : { inserted },
      (error) => ({ inserted, name: error.name }),
    );
  };
  const outcome = await fill(0);
  const count = await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} });
  console.log(JSON.stringify({ ...outcome, count }));
`;

test.skipIf(process.platform === 'win32')(
  'changes of a database that cannot grow throw DatabaseUnavailableError, its rows remain, and reads continue',
  async () => {
    const file = join(folderOfTest(), 'resources.sqlite');
    const limited = 'ulimit -f 400 && exec "$@"';
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', fillUp, file];
    const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, 'sh', ...node], { env });
    const { inserted, count, ...error } = JSON.parse(stdout) as { inserted: number; count: number };
    expect(error).toEqual({ name: 'DatabaseUnavailableError' });
    expect(inserted).toBeGreaterThan(0);
    expect(count).toBe(inserted);

    // With space again, it continues.
    const store = openSqliteResourceStore(file);
    onTestFinished(() => store.close());
    expect(await store.insert(aResource({ ownerId: 'ada' }))).toBe(true);
    expect(await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} })).toBe(inserted + 1);
  },
);

const openOnce = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  const [file, at] = process.argv.slice(1);
  while (Date.now() < Number(at));
  openSqliteResourceStore(file).close();
`;

test('processes that open a new database concurrently all succeed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = join(folderOfTest(), 'resources.sqlite');
    const at = String(Date.now() + 3_000);
    const node = ['--import', 'tsx', '--input-type=module', '--eval', openOnce, file, at];
    await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, node)));
  }
}, 240_000);
