import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest, temporaryFolder } from '../support/files.ts';
import { logIn, register } from '../support/graphql/accounts.ts';
import { hasPython } from '../support/systems/python.ts';
import { run, runCommand } from '../support/systems/spawned.ts';
import { type TestUser, uniqueName, usersAt } from '../support/systems/users.ts';

const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };

/** Everything in one process, on a data folder. */
async function startOn(folder: string) {
  const system = run('start.ts', { ...ports, DATA_FOLDER: folder, BCRYPT_COST: '10' });
  const [, gateway = '', auth = ''] = await system.find(/gateway +(http:\S+)\s+auth +(http:\S+)[\s\S]*Ctrl-C/);
  const { signUp, request } = usersAt(gateway);
  return {
    ...{ signUp, kill: system.end, output: system.stdout },
    async stop() {
      system.signal('SIGTERM');
      expect(await system.exitCode).toBe(0);
    },
    /** Codes of the errors of a registration. */
    registerErrors: async () =>
      (await request(register, { input: { username: uniqueName(), password: 'correct horse' } })).errors.map(
        ({ extensions }) => extensions.code,
      ),
    /** Codes of the errors of a log-in. */
    logInErrors: async ({ username, password }: TestUser) =>
      (await request(logIn, { input: { username, password } })).errors.map(({ extensions }) => extensions.code),
    readiness: async () => (await fetch(new URL('/health/ready', auth))).status,
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
    expect(await system.readiness()).toBe(200);
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

  /** Starts a system with one account, whose files then change. */
  async function startAndChange(change: (file: string) => void) {
    const folder = folderOfTest();
    const file = join(folder, 'auth.sqlite');
    const system = await startOn(folder);
    onTestFinished(system.kill);
    const ada = await system.signUp();
    change(file);
    return { folder, file, system, ada };
  }

  const restart = async (folder: string) => {
    const system = await startOn(folder);
    onTestFinished(system.kill);
    return system;
  };

  test('nothing more is stored, the log names the file, and a stop saves what a removed log held', async () => {
    const { folder, file, system, ada } = await startAndChange((file) => rmSync(`${file}-wal`));
    expect([await system.registerErrors(), await system.readiness()]).toEqual([unavailable, 503]);
    expect(await system.readiness()).toBe(503);
    expect(system.output()).toContain(`${file}-wal was removed or replaced while it was open`);
    await system.stop();
    const again = await restart(folder);
    expect([await again.logInErrors(ada), await again.registerErrors()]).toEqual([[], []]);
  });

  test('nothing more is stored, and the next start uses the new file', async () => {
    const copy = folderOfTest();
    const other = await restart(copy);
    const grace = await other.signUp();
    await other.stop();
    const { folder, file, system, ada } = await startAndChange((file) => renameSync(join(copy, 'auth.sqlite'), file));
    expect([await system.registerErrors(), await system.readiness()]).toEqual([unavailable, 503]);
    await system.kill();
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`);
    const again = await restart(folder);
    expect([await again.logInErrors(grace), await again.logInErrors(ada)]).toEqual([[], invalidCredentials]);
  });
});
