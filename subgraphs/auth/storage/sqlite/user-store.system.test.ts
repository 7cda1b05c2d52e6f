import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const fillingProgram = `
  import { openSqliteUserStore } from './subgraphs/auth/storage/sqlite/user-store.ts';
  const store = openSqliteUserStore(process.argv[1]);
  const username = 'x'.repeat(2_000);
  const fill = async () => {
    for (let i = 0; i < 1_000; i++) {
      const passwordHash = 'hash';
      const names = { username, usernameKey: 'key-' + i, skeletons: ['key-' + i], script: '' };
      await store.insert({ id: 'id-' + i, ...names, passwordHash, createdAt: new Date() });
    }
  };
  const { name } = await fill().then(() => ({}), (error) => error);
  const { id } = await store.findById('id-0');
  console.log(JSON.stringify({ name, first: { id } }));
`;

test('insert rejects with DatabaseUnavailableError if the file cannot grow, and stored accounts are still found', () => {
  const file = join(folderOfTest(), 'auth.sqlite');
  // A separate process that may write no file over 400 blocks of 512 bytes.
  const limited = ['-c', 'ulimit -f 400; exec "$0" "$@"', process.execPath, '--import', 'tsx'];
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
  const program = ['--input-type=module', '--eval', fillingProgram, '--', file];
  const { stdout, stderr } = spawnSync('sh', [...limited, ...program], { cwd: root, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ name: 'DatabaseUnavailableError', first: { id: 'id-0' } });
});
