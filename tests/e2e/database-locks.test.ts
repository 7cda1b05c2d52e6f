import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { folderOfTest } from '../support/files.ts';
import { changePassword, deleteAccount, logIn } from '../support/graphql/accounts.ts';
import { canListLocks, deletedFilesOf, unlockedFilesOf } from '../support/systems/database-locks.ts';
import { startFourProcesses } from '../support/systems/four-processes.ts';
import { run, runCommand } from '../support/systems/spawned.ts';
import { usersAt } from '../support/systems/users.ts';

/** Sends requests of every kind, and checks the health of each process. */
async function useSystem(gateway: string, others: string[]) {
  const { signUp, request } = usersAt(gateway);
  const [ada, grace] = [await signUp(), await signUp()];
  await ada.create();
  const { username, password } = ada;
  await request(logIn, { input: { username, password: 'wrong' } });
  await request.data(logIn, { input: { username, password } });
  await ada.request.data(changePassword, { input: { currentPassword: password, newPassword: `${password} new` } });
  await grace.create();
  await grace.request.data(deleteAccount, { input: { password: grace.password } });
  for (const url of [gateway, ...others]) {
    for (const path of ['/health/live', '/health/ready']) {
      expect((await fetch(new URL(path, url))).status, `${url} ${path}`).toBe(200);
    }
  }
}

async function rotateKey(folder: string) {
  const rotation = runCommand(['npm', 'run', '--silent', 'keys', '--', 'rotate', '--folder', folder], {});
  expect({ exitCode: await rotation.exitCode, stderr: rotation.stderr() }).toEqual({ exitCode: 0, stderr: '' });
}

/** Opens a database in another process and closes it, as tools of operators do. */
function visit(file: string) {
  const program = `new (require('better-sqlite3'))(process.argv[1]).exec('SELECT count(*) FROM sqlite_schema')`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', program, file], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

test.skipIf(!canListLocks)('auth and resources keep their locks on their databases', { timeout: 180_000 }, async () => {
  const folder = folderOfTest();
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const system = await startFourProcesses({ folder, secrets });
  onTestFinished(system.end);
  const [authFile, resourcesFile] = [join(folder, 'auth.sqlite'), join(folder, 'resources.sqlite')];
  const { auth, resources } = system.processes;
  const expectLocks = () => {
    expect(unlockedFilesOf(auth.pid, authFile)).toEqual([]);
    expect(unlockedFilesOf(resources.pid, resourcesFile)).toEqual([]);
    expect([auth, resources].flatMap(({ pid }) => deletedFilesOf(pid))).toEqual([]);
  };
  expectLocks();
  const others = [system.auth, system.resources];
  await useSystem(system.gateway, others);
  await rotateKey(secrets.signingKeys);
  for (const file of [authFile, resourcesFile]) visit(file);
  expectLocks();

  // A second system of the same databases, which opens them and stops.
  const second = await startFourProcesses({ folder, secrets });
  onTestFinished(second.end);
  await usersAt(second.gateway).signUp();
  expect(await second.stop()).toEqual([0, 0, 0, 0]);
  expectLocks();
  await useSystem(system.gateway, others);
  expectLocks();
});

test.skipIf(!canListLocks)('npm start keeps its locks on its databases', { timeout: 180_000 }, async () => {
  const folder = folderOfTest();
  const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
  const system = run('start.ts', { ...ports, DATA_FOLDER: folder, BCRYPT_COST: '10' });
  onTestFinished(system.end);
  const urls = await system.find(/gateway +(http:\S+)\s+auth +(http:\S+)\s+resources +(http:\S+)[\s\S]*Ctrl-C/);
  const [, gateway = '', ...others] = urls;
  const files = ['auth.sqlite', 'resources.sqlite'].map((name) => join(folder, name));
  const expectLocks = () => {
    expect(files.flatMap((file) => unlockedFilesOf(system.pid, file))).toEqual([]);
    expect(deletedFilesOf(system.pid)).toEqual([]);
  };
  expectLocks();
  await useSystem(gateway, others);
  await rotateKey(join(folder, 'secrets', 'signing-keys'));
  for (const file of files) visit(file);
  expectLocks();
});

test.skipIf(!canListLocks)(
  'a process that reads a database file beside SQLite is found to have lost its locks',
  async () => {
    const file = join(folderOfTest(), 'a.sqlite');
    const database = new Database(file);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE texts (text)');
    database.close();
    const program = `
    const database = new (require('better-sqlite3'))(process.argv[1]);
    database.exec('SELECT * FROM texts');
    process.on('SIGHUP', () => {
      require('node:fs').readFileSync(process.argv[1]);
      console.log('read');
    });
    setInterval(() => {}, 1_000);
    console.log('open');`;
    const reader = runCommand([process.execPath, '-e', program, file], {});
    onTestFinished(reader.end);
    await reader.find(/open/);
    expect(unlockedFilesOf(reader.pid, file)).toEqual([]);
    reader.signal('SIGHUP');
    await reader.find(/read/);
    expect(unlockedFilesOf(reader.pid, file)).toEqual([file]);
  },
);
