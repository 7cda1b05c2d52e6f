import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../platform/process/startup-error.ts';
import { folderOfTest } from '../tests/support/files.ts';
import { run } from '../tests/support/systems/spawned.ts';
import { ensureSecrets, openFolder, type SecretFiles } from './data-folder.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const read = (file: string) => readFileSync(file, 'utf8');
const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Creates a folder of secrets, as the first start does. */
function createSecrets() {
  const folder = join(folderOfTest(), 'secrets');
  return { folder, files: ensureSecrets(folder) };
}

/** Lists the files of all secrets, the signing key first. */
function filesOf({ signingKeys, imageServiceToken, gatewayKey }: SecretFiles): string[] {
  const keys = readdirSync(signingKeys).map((name) => join(signingKeys, name));
  expect(keys).toHaveLength(1);
  return [...keys, imageServiceToken, gatewayKey];
}

/** The message of the StartupError that a start throws. */
function startupErrorOf(start: () => unknown): string {
  try {
    start();
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('No StartupError was thrown.');
}

describe('a folder', () => {
  const isFile = /it is a file or lies below one; choose a folder\.$/;
  test.each([
    ['below a file', (folder: string) => join(folder, 'file', 'data'), isFile],
    ['that is a file', (folder: string) => join(folder, 'file'), isFile],
    [
      'with a name that is too long',
      (folder: string) => join(folder, 'x'.repeat(300)),
      /correct its permissions, or choose another\.$/,
    ],
  ])('%s throws a StartupError that names it and says how to fix it', (_, pathIn, fix) => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), 'mine');
    const path = pathIn(folder);
    const message = startupErrorOf(() => openFolder(path));
    expect(message).toContain(`The folder ${path} cannot be written`);
    expect(message).toMatch(fix);
    expect(read(join(folder, 'file'))).toBe('mine');
  });

  test('is created with its parents, for its owner alone, whatever the umask', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = join(folderOfTest(), 'above', 'data');
    expect(openFolder(folder)).toBe(folder);
    expect([join(folder, '..'), folder].map(modeOf)).toEqual(['700', '700']);
  });

  test('that exists stays unchanged', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), 'mine');
    chmodSync(folder, 0o755);
    openFolder(folder);
    expect([modeOf(folder), readdirSync(folder)]).toEqual(['755', ['file']]);
  });
});

describe('an unusable secret throws a StartupError that names it, and stays unchanged:', () => {
  test.each([
    ['damaged', 'not a key at all', /It is damaged: .*Restore it; without it, tokens that it signed are invalid/],
    ['cut short', privatePem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey).slice(0, 300), /damaged/],
    ['empty', '', /is empty: restore it/],
    ['of another kind', privatePem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey), /the wrong kind/],
  ])('a signing key of an earlier version that is %s', (_, content, fix) => {
    const folder = folderOfTest();
    const file = join(folder, 'signing-key.pem');
    writeFileSync(file, content);
    const message = startupErrorOf(() => ensureSecrets(folder));
    expect(message).toContain(file);
    expect(message).toMatch(fix);
    expect([read(file), readdirSync(folder)]).toEqual([content, ['signing-key.pem']]);
  });

  test('a file in place of the folder of signing keys', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'signing-keys'), 'mine');
    expect(startupErrorOf(() => ensureSecrets(folder))).toContain(`${join(folder, 'signing-keys')} cannot be used`);
    expect(read(join(folder, 'signing-keys'))).toBe('mine');
  });

  test('without quoting it', () => {
    const folder = folderOfTest();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const content = privatePem(privateKey).replaceAll(/[a-c]/g, 'A');
    writeFileSync(join(folder, 'signing-key.pem'), content);
    const message = startupErrorOf(() => ensureSecrets(folder));
    for (const line of content.split('\n').filter((each) => each.length > 10)) expect(message).not.toContain(line);
  });
});

describe('missing secrets', () => {
  test('are created: an RSA key of 2048 bits and random tokens', () => {
    const { files } = createSecrets();
    const [keyFile = ''] = filesOf(files);
    const key = createPrivateKey(read(keyFile));
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048]);
    expect(read(files.imageServiceToken)).toMatch(/^[\w-]{43}\n$/);
    expect(read(files.gatewayKey)).toMatch(/^[\w-]{43}\n$/);
  });

  test('are created for their owner alone, without leaving temporary files', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { folder, files } = createSecrets();
    expect([folder, files.signingKeys, ...filesOf(files)].map(modeOf)).toEqual(['700', '700', '600', '600', '600']);
    expect(readdirSync(folder).sort()).toEqual(['client-address-key', 'image-service-token', 'signing-keys']);
  });

  test('are created with the requested mode, whatever the umask', () => {
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    const files = ensureSecrets(folderOfTest(), 0o440);
    expect([files.signingKeys, ...filesOf(files)].map(modeOf)).toEqual(['750', '440', '440', '440']);
  });

  test('differ between folders', () => {
    const [one, other] = [createSecrets().files, createSecrets().files];
    const texts = [...filesOf(one), ...filesOf(other)].map(read);
    expect(new Set(texts).size).toBe(6);
  });

  test.each(['imageServiceToken', 'gatewayKey'] as const)('are created again if only %s is missing', (name) => {
    const { folder, files } = createSecrets();
    const before = filesOf(files).map(read);
    rmSync(files[name]);
    ensureSecrets(folder);
    const changed = filesOf(files).filter((file, index) => read(file) !== before[index]);
    expect(changed).toEqual([files[name]]);
  });
});

test('existing secrets stay unchanged', () => {
  const { folder, files } = createSecrets();
  const seen = () => filesOf(files).map((file) => ({ text: read(file), mtimeMs: statSync(file).mtimeMs }));
  const before = seen();
  expect(ensureSecrets(folder)).toEqual(files);
  expect(seen()).toEqual(before);
});

test('a damaged signing key stays unchanged and is not replaced', () => {
  const { folder, files } = createSecrets();
  const [keyFile = ''] = filesOf(files);
  writeFileSync(keyFile, 'damaged');
  ensureSecrets(folder);
  expect(filesOf(files).map(read)[0]).toBe('damaged');
});

test('processes that create the secrets at the same moment agree on them', async () => {
  const folder = join(folderOfTest(), 'secrets');
  mkdirSync(folder);
  const program = `
    import { readdirSync, readFileSync } from 'node:fs';
    import { ensureSecrets } from './embedded/data-folder.ts';
    process.once('SIGUSR2', () => {
      const { signingKeys, ...files } = ensureSecrets(process.argv[1]);
      const keys = readdirSync(signingKeys).map((name) => signingKeys + '/' + name);
      console.log(JSON.stringify([...keys, ...Object.values(files)].map((file) => readFileSync(file, 'utf8'))));
      process.exit(0);
    });
    setInterval(() => {}, 1000);
    console.log('ready');
  `;
  const start = () => run('--input-type=module', {}, '--eval', program, '--', folder);
  const processes = [start(), start(), start(), start()];
  for (const process of processes) await process.find(/ready/);
  for (const process of processes) process.signal('SIGUSR2');
  for (const process of processes) expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  const [first = '', ...others] = processes.map((process) => process.stdout());
  expect(JSON.parse(first.replace('ready', ''))).toHaveLength(3);
  expect(first).toContain('PRIVATE KEY');
  expect(others).toEqual([first, first, first]);
  expect(readdirSync(folder)).toHaveLength(3);
});
