import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { hasPython } from '../../../../tests/support/systems/python.ts';
import { newSession, newUser } from '../../testing/stored-accounts.ts';
import { openSqliteUserStore } from './user-store.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const imports = `
  import { openSqliteUserStore } from './subgraphs/auth/storage/sqlite/user-store.ts';
  import { insertUser, newUser } from './subgraphs/auth/testing/stored-accounts.ts';
`;
/** Writes until one fails, and again what changes nothing; prints the error and what the health reports then. */
const fillingProgram = `${imports}
  import { openSqliteAuthStores } from './subgraphs/auth/storage/sqlite/auth-stores.ts';
  const [file, writer, table] = process.argv.slice(1);
  const { store, counters } = openSqliteAuthStores(file, { subscribers: [], writer });
  await insertUser(store, newUser({ id: 'first' }));
  const text = 'x'.repeat(2_000);
  const write = {
    accounts: (i) => insertUser(store, newUser({ id: 'id-' + i, username: text })),
    counters: (i) => counters.increment(i + text, 60_000),
  };
  const fill = async () => {
    for (let i = 0; i < 1_000; i++) await write[table](i);
  };
  const { name } = await fill().then(() => ({}), (error) => error);
  await store.replaceHash('nobody', { oldHash: '', newHash: '' });
  await counters.decrement('no counter');
  const health = await Promise.all([store.checkHealth(), counters.checkHealth()]);
  const { id } = await store.findById('first');
  console.log(JSON.stringify({ name, id, health: Object.assign({}, ...health) }));
  counters.close();
  await store.close();
`;

describe.each(['inline', 'thread'])('if the file cannot grow, with writes %s', (writer) => {
  test.each(['accounts', 'counters'])(
    'those of %s reject with DatabaseUnavailableError, the health reports it, and accounts are still found',
    (table) => {
      const file = join(folderOfTest(), 'auth.sqlite');
      // A separate process that may write no file over 400 blocks of 512 bytes.
      const limited = ['-c', 'ulimit -f 400; exec "$0" "$@"', process.execPath, '--import', 'tsx'];
      const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
      const program = ['--input-type=module', '--eval', fillingProgram, '--', file, writer, table];
      const { stdout, stderr } = spawnSync('sh', [...limited, ...program], { cwd: root, env, encoding: 'utf8' });
      expect(stderr).toBe('');
      const health = { writes: 'failing' };
      expect(JSON.parse(stdout)).toEqual({ name: 'DatabaseUnavailableError', id: 'first', health });
    },
    60_000,
  );
});

/** Holds the accounts as auth does, with the counters in the same file; registers one account for each line of input. */
const registeringProgram = `${imports}
  import { createInterface } from 'node:readline';
  import { openSqliteLimitStore } from './subgraphs/auth/storage/sqlite/limit-store.ts';
  const store = openSqliteUserStore(process.argv[1]);
  openSqliteLimitStore(process.argv[1]);
  createInterface({ input: process.stdin }).on('line', async (id) => {
    await insertUser(store, newUser({ id }));
    console.log('registered ' + id);
  });
`;

const visit = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute('SELECT count(*) FROM users').fetchone()[0])
database.close()
`;

test.skipIf(!hasPython)(
  'registered accounts outlive a kill, although another process has opened and closed the file',
  async () => {
    const file = join(folderOfTest(), 'auth.sqlite');
    const program = ['--import', 'tsx', '--input-type=module', '--eval', registeringProgram, '--', file];
    const auth = spawn(process.execPath, program, { cwd: root });
    onTestFinished(() => void auth.kill('SIGKILL'));
    let output = '';
    auth.stdout.on('data', (text) => {
      output += text;
    });
    const register = async (id: string) => {
      auth.stdin.write(`${id}\n`);
      await expect.poll(() => output).toContain(`registered ${id}`);
    };

    await register('first');
    expect(spawnSync('python3', ['-c', visit, file], { encoding: 'utf8' })).toMatchObject({
      stdout: '1\n',
      stderr: '',
    });
    await register('second');
    auth.kill('SIGKILL');
    await once(auth, 'close');

    const store = openSqliteUserStore(file);
    onTestFinished(() => store.close());
    expect([await store.findById('first'), await store.findById('second')]).toMatchObject([
      { id: 'first' },
      { id: 'second' },
    ]);
  },
  60_000,
);

/** Retries a refresh token that was used, without a grace period, and prints the outcomes. */
const retryingProgram = `${imports}
  import { newRefreshToken } from './subgraphs/auth/testing/stored-accounts.ts';
  const store = openSqliteUserStore(process.argv[1], { lockWait: { maxWaitMs: 60_000 } });
  const used = JSON.parse(process.argv[2]);
  const outcomes = new Set();
  for (let count = 0; count < 30; count += 1) {
    const times = { graceMs: 0, retryMs: 3_600_000, idleMs: 3_600_000 };
    const rotated = await store.sessions.rotate({ used, next: newRefreshToken(used.family), ...times });
    outcomes.add(typeof rotated === 'string' ? rotated : 'exchanged');
  }
  console.log([...outcomes].join());
`;

test('one refresh token stays valid if several processes retry the same one at the same time', async () => {
  const file = join(folderOfTest(), 'auth.sqlite');
  const store = openSqliteUserStore(file);
  onTestFinished(() => store.close());
  const user = newUser();
  const session = newSession(user.id);
  await store.insert(user, session);
  const program = ['--import', 'tsx', '--input-type=module', '--eval', retryingProgram, '--', file];
  const outputs = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, [...program, JSON.stringify(session.refreshToken)], { cwd: root });
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return output.trim();
    }),
  );
  expect(outputs).toEqual(Array(3).fill('exchanged'));
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  const unused = connection.prepare('SELECT count(*) FROM refresh_tokens WHERE reusable_until IS NULL').pluck();
  expect(unused.get()).toBe(1);
}, 120_000);
