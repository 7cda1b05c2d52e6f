import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { newKeyPair } from '../subgraphs/auth/tokens/key-pair.ts';
import { openSigningKeys } from '../subgraphs/auth/tokens/signing-keys.ts';
import { captureLog } from '../tests/support/captured-log.ts';
import { folderOfTest } from '../tests/support/files.ts';
import { run } from '../tests/support/systems/spawned.ts';
import { ensureSecrets } from './data-folder.ts';

const pair = newKeyPair();
const text = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const tokens = { 'image-service-token': 'a token', 'client-address-key': 'another' };
const createdAt = new Date('2026-10-01T02:03:04.567Z');
const name = `20261001T020304Z.${pair.kid}.pem`;

/** Creates the secrets of an earlier version, which had one file for the private key and one for the public key. */
function oldSecrets(): string {
  const folder = join(folderOfTest(), 'secrets');
  mkdirSync(folder);
  const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const files = { 'signing-key.pem': text, 'verification-key.pem': publicPem, ...tokens };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content, { mode: 0o600 });
  utimesSync(join(folder, 'signing-key.pem'), createdAt, createdAt);
  return folder;
}

/** Expects the layout of this version with the old key and tokens, and nothing else. */
function expectMigrated(folder: string): void {
  expect(readdirSync(folder).sort()).toEqual(['client-address-key', 'image-service-token', 'signing-keys']);
  const keys = readdirSync(join(folder, 'signing-keys')).filter((file) => file.endsWith('.pem'));
  expect(keys).toEqual([name]);
  expect(readFileSync(join(folder, 'signing-keys', name), 'utf8')).toBe(text);
  for (const [file, content] of Object.entries(tokens)) expect(readFileSync(join(folder, file), 'utf8')).toBe(content);
}

test('the key of an earlier version goes on signing and verifying', () => {
  const folder = oldSecrets();
  const { signingKeys } = ensureSecrets(folder);
  expectMigrated(folder);
  const keys = openSigningKeys({ folder: signingKeys, tokenSeconds: 900, log: captureLog().log });
  keys.stop();
  expect(keys.current().kid).toBe(pair.kid);
  expect(keys.get(pair.kid)?.equals(pair.publicKey)).toBe(true);
});

/** A program that calls `atStep` before each file system call of the migration. */
const inSteps = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  import { ensureSecrets } from './embedded/data-folder.ts';
  const [folder, number] = process.argv.slice(1);
  let steps = 0;
  for (const name of ['accessSync', 'chmodSync', 'linkSync', 'mkdirSync', 'readdirSync', 'readFileSync', 'renameSync',
    'rmSync', 'statSync', 'writeFileSync']) {
    const real = fs[name];
    fs[name] = (...args) => {
      steps++;
      atStep();
      return real(...args);
    };
  }
  syncBuiltinESMExports();
`;
const runInSteps = (program: string, ...args: string[]) =>
  run('--input-type=module', {}, '--eval', `${inSteps}${program}`, '--', ...args);

test('the next start completes a migration that was killed at any step', async () => {
  const killable = `
    function atStep() {
      if (steps === Number(number)) process.kill(process.pid, 'SIGKILL');
    }
    ensureSecrets(folder);
    console.log('steps: ' + steps);
  `;
  const [, steps] = await runInSteps(killable, oldSecrets(), '0').find(/steps: (\d+)/);
  expect(Number(steps)).toBeGreaterThan(10);
  const two = pLimit(2);
  const kills = Array.from({ length: Number(steps) }, (_, index) =>
    two(async () => {
      const folder = oldSecrets();
      const killed = runInSteps(killable, folder, String(index + 1));
      expect([await killed.exitCode, killed.stdout()]).toEqual([null, '']);
      ensureSecrets(folder);
      expectMigrated(folder);
    }),
  );
  await Promise.all(kills);
}, 120_000);

test('a migration completes if another start overtakes it at any step', async () => {
  const folders = Array.from({ length: 30 }, oldSecrets);
  const overtaken = `
    let overtakesAt = 0;
    let current = '';
    function atStep() {
      if (steps !== overtakesAt) return;
      overtakesAt = 0;
      ensureSecrets(current);
    }
    for (const [index, each] of process.argv.slice(1).entries()) {
      steps = 0;
      overtakesAt = index + 1;
      current = each;
      ensureSecrets(each);
    }
    console.log('not reached: ' + overtakesAt);
  `;
  const process = runInSteps(overtaken, ...folders);
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  // The last folder had fewer steps, so every step has been tried.
  expect(process.stdout()).toBe(`not reached: ${folders.length}\n`);
  for (const folder of folders) expectMigrated(folder);
});

test('an incomplete draft is not read as a key', () => {
  const folder = oldSecrets();
  mkdirSync(join(folder, 'signing-keys'));
  writeFileSync(join(folder, 'signing-keys', '.half.draft'), text.slice(0, 500));
  ensureSecrets(folder);
  expectMigrated(folder);
});

test('processes that migrate a folder at the same moment agree', async () => {
  const folder = oldSecrets();
  const program = `
    import { ensureSecrets } from './embedded/data-folder.ts';
    process.once('SIGUSR2', () => {
      ensureSecrets(process.argv[1]);
      process.exit(0);
    });
    setInterval(() => {}, 1000);
    console.log('ready');
  `;
  const processes = Array.from({ length: 4 }, () => run('--input-type=module', {}, '--eval', program, '--', folder));
  for (const process of processes) await process.find(/ready/);
  for (const process of processes) process.signal('SIGUSR2');
  for (const process of processes) expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  expectMigrated(folder);
  expect(readdirSync(join(folder, 'signing-keys'))).toEqual([name]);
});
