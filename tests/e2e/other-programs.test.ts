import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fixture, folderOfTest, temporaryFolder } from '../support/files.ts';
import { logIn, register } from '../support/graphql/accounts.ts';
import { createStored, resourceCount } from '../support/graphql/documents.ts';
import type { ResponseError } from '../support/graphql/request.ts';
import { hasPython } from '../support/systems/python.ts';
import { run, runCommand } from '../support/systems/spawned.ts';
import { type TestUser, uniqueName, usersAt } from '../support/systems/users.ts';

const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };

/** Everything in one process, on a data folder. */
async function startOn(folder: string) {
  const system = run('start.ts', { ...ports, DATA_FOLDER: folder, BCRYPT_COST: '10' });
  const urls = await system.find(/gateway +(http:\S+)\s+auth +(http:\S+)\s+resources +(http:\S+)[\s\S]*Ctrl-C/);
  const [, gateway = '', auth = '', resources = ''] = urls;
  const { signUp, request, as } = usersAt(gateway);
  const codesOf = ({ errors }: { errors: ResponseError[] }) => errors.map(({ extensions }) => extensions.code);
  return {
    ...{ signUp, kill: system.end, output: system.stdout },
    async stop() {
      system.signal('SIGTERM');
      expect(await system.exitCode).toBe(0);
    },
    /** Each gives the codes of the answer's errors. */
    registerErrors: async () =>
      codesOf(await request(register, { input: { username: uniqueName(), password: 'correct horse' } })),
    logInErrors: async ({ username, password }: TestUser) =>
      codesOf(await request(logIn, { input: { username, password } })),
    createErrors: async ({ accessToken }: TestUser) =>
      codesOf(await as(accessToken)(createStored, { input: { title: 'Another', image } })),
    countOf: async ({ accessToken }: TestUser) => (await as(accessToken).data(resourceCount)).resources?.totalCount,
    /** Statuses of auth and resources. */
    readiness: () =>
      Promise.all([auth, resources].map(async (url) => (await fetch(new URL('/health/ready', url))).status)),
  };
}

/** Runs a Python program that gets the path of a database as `file`, and gives its output. */
function python(file: string, program: string): string {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', `${preamble}${program}`, file], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trim();
}
const preamble = 'import sqlite3, sys\nfile = sys.argv[1]\n';

/** Copies a database by SQLite's backup, as `.backup` and `.restore` of its command line do. */
const copyDatabase = (from: string, to: string) =>
  python(from, `source, target = sqlite3.connect(file), sqlite3.connect(${JSON.stringify(to)})\nsource.backup(target)`);

const image = { data: fixture('four-colours.png').toString('base64') };
const invalidCredentials = ['INVALID_CREDENTIALS'];
const timeout = 120_000;

describe.skipIf(!hasPython)('while the system runs, another program', { timeout }, () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'auth.sqlite');
  let system: Awaited<ReturnType<typeof startOn>>;

  beforeAll(async () => {
    system = await startOn(folder.path);
  });
  afterAll(async () => {
    await system.kill();
    folder.remove();
  });

  test('can back up a database: the copy is complete', async () => {
    const ada = await system.signUp();
    const copy = folderOfTest();
    copyDatabase(file, join(copy, 'auth.sqlite'));
    const grace = await system.signUp();
    const restored = await startOn(copy);
    const found = [await restored.logInErrors(ada), await restored.logInErrors(grace)];
    await restored.kill();
    expect(found).toEqual([[], invalidCredentials]);
    expect([await system.logInErrors(ada), await system.logInErrors(grace)]).toEqual([[], []]);
  });

  test('can restore a database by SQLite: the system sees the copy at its next statement', async () => {
    const ada = await system.signUp();
    const copy = join(folderOfTest(), 'copy.sqlite');
    copyDatabase(file, copy);
    const grace = await system.signUp();
    copyDatabase(copy, file);
    expect([await system.logInErrors(ada), await system.logInErrors(grace)]).toEqual([[], invalidCredentials]);
    await system.signUp();
    expect(await system.readiness()).toEqual([200, 200]);
  });

  test('can read for long: nobody waits, and the write-ahead log is emptied only after it has finished', async () => {
    const program = `${preamble}
reader = sqlite3.connect(file)
reader.execute('BEGIN')
reader.execute('SELECT count(*) FROM users').fetchone()
print('reading', flush=True)
sys.stdin.readline()`;
    const reader = runCommand(['python3', '-c', program, file], {});
    onTestFinished(reader.end);
    await reader.find(/reading/);
    const ada = await system.signUp();
    expect(await system.logInErrors(ada)).toEqual([]);
    const emptyLog = (timeout: number) =>
      python(file, `print(*sqlite3.connect(file, ${timeout}).execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone())`);
    expect(emptyLog(0)).toMatch(/^1 /);
    await reader.end();
    expect(emptyLog(10)).toBe('0 0 0');
    expect(await system.logInErrors(ada)).toEqual([]);
  });

  test('can compact a database', async () => {
    const ada = await system.signUp();
    python(file, "sqlite3.connect(file).execute('VACUUM')");
    expect(await system.logInErrors(ada)).toEqual([]);
    await system.signUp();
  });

  test('cannot change the journal mode', async () => {
    const program = `
try:
  sqlite3.connect(file, timeout=0).execute('PRAGMA journal_mode = DELETE')
except sqlite3.OperationalError as error:
  print(error)`;
    expect(python(file, program)).toBe('database is locked');
    await system.signUp();
  });
});

describe('when the files of a database are removed or replaced while the system runs', { timeout }, () => {
  const unavailable = ['SERVICE_UNAVAILABLE'];

  const startUntilEnd = async (folder: string) => {
    const system = await startOn(folder);
    onTestFinished(system.kill);
    return system;
  };

  test('nothing more is stored, the log names them, and a stop saves what removed logs held', async () => {
    const folder = folderOfTest();
    const logs = ['auth.sqlite-wal', 'resources.sqlite-wal'].map((name) => join(folder, name));
    const system = await startUntilEnd(folder);
    const ada = await system.signUp();
    await ada.create();
    for (const log of logs) rmSync(log);
    expect([await system.registerErrors(), await system.createErrors(ada)]).toEqual([unavailable, unavailable]);
    expect(await system.countOf(ada)).toBe(1);
    expect(await system.readiness()).toEqual([503, 503]);
    for (const log of logs) expect(system.output()).toContain(`${log} was removed or replaced while it was open`);
    await system.stop();

    const again = await startUntilEnd(folder);
    expect(await again.logInErrors(ada)).toEqual([]);
    expect([await again.countOf(ada), await again.createErrors(ada), await again.countOf(ada)]).toEqual([1, [], 2]);
  });

  test('nothing more is stored, and the next start uses the new file', async () => {
    const copy = folderOfTest();
    const other = await startUntilEnd(copy);
    const grace = await other.signUp();
    await other.stop();
    const folder = folderOfTest();
    const file = join(folder, 'auth.sqlite');
    const system = await startUntilEnd(folder);
    const ada = await system.signUp();
    renameSync(join(copy, 'auth.sqlite'), file);
    expect([await system.registerErrors(), await system.readiness()]).toEqual([unavailable, [503, 200]]);
    await system.kill();
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`);
    const again = await startUntilEnd(folder);
    expect([await again.logInErrors(grace), await again.logInErrors(ada)]).toEqual([[], invalidCredentials]);
  });
});
