import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StartFault } from '../runtime/start-fault.ts';
import { folderOfTest } from '../tests/folder-of-test.ts';
import { run } from '../tests/spawned.ts';
import { ensureSecrets, openFolder } from './data-folder.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const read = (file: string) => readFileSync(file, 'utf8');
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

/** A folder with a pair of keys and a token in it, as a first start leaves it. */
function made() {
  const folder = join(folderOfTest(), 'secrets');
  return { folder, files: ensureSecrets(folder) };
}

/** What a start says of a folder that it cannot use. */
function faultOf(start: () => unknown): string {
  try {
    start();
  } catch (error) {
    if (error instanceof StartFault) return error.message;
    throw error;
  }
  throw new Error('The folder was taken as it is.');
}

describe('a folder', () => {
  test.each([
    ['below a file', (folder: string) => join(folder, 'file', 'data')],
    ['that is a file', (folder: string) => join(folder, 'file')],
    ['with a name that nobody may have', (folder: string) => join(folder, 'x'.repeat(300))],
  ])('%s is a fault that names it, and how to mend it', (_, pathIn) => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), 'mine');
    const path = pathIn(folder);
    const fault = faultOf(() => openFolder(path));
    expect(fault).toContain(`The folder ${path} cannot be written`);
    expect(fault).toMatch(/mend its rights, or choose another\.$/);
    expect(read(join(folder, 'file'))).toBe('mine');
  });

  test('is made with those above it, for its owner alone, whatever the umask', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = join(folderOfTest(), 'above', 'data');
    expect(openFolder(folder)).toBe(folder);
    expect([join(folder, '..'), folder].map(modeOf)).toEqual(['700', '700']);
  });

  test('that is there is taken as it is', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), 'mine');
    chmodSync(folder, 0o755);
    openFolder(folder);
    expect([modeOf(folder), readdirSync(folder)]).toEqual(['755', ['file']]);
  });
});

describe('secrets that cannot be used are a fault that names the file, and are left as they are:', () => {
  test.each([
    ['damaged', 'not a key at all', /It is damaged: .*Restore it; a new one ends every token/],
    ['cut short', privatePem(newKey().privateKey).slice(0, 300), /It is damaged/],
    ['empty', '', /is empty: restore it/],
    ['of white space', ' \n', /is empty: restore it/],
  ])('a signing key that is %s', (_, content, mend) => {
    const { folder, files } = made();
    writeFileSync(files.signingKey, content);
    const fault = faultOf(() => ensureSecrets(folder));
    expect(fault).toContain(files.signingKey);
    expect(fault).toMatch(mend);
    expect(read(files.signingKey)).toBe(content);
  });

  test('a signing key of another kind, before its public key is made from it', () => {
    const folder = folderOfTest();
    const file = join(folder, 'signing-key.pem');
    writeFileSync(file, privatePem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey));
    expect(faultOf(() => ensureSecrets(folder))).toContain(`${file}: It is of the wrong kind`);
    expect(readdirSync(folder)).toEqual(['signing-key.pem']);
  });

  test.each([
    ['damaged', 'not a key at all', /It is damaged/],
    ['empty', '', /is empty/],
    ['the private key once more', privatePem(newKey().privateKey), /give the public key alone/],
    [
      'the public key of another pair',
      publicPem(newKey().publicKey),
      /is not the public key of .*: remove it, and it is made again/,
    ],
  ])('a verification key that is %s', (_, content, mend) => {
    const { folder, files } = made();
    writeFileSync(files.verificationKey, content);
    const fault = faultOf(() => ensureSecrets(folder));
    expect(fault).toContain(files.verificationKey);
    expect(fault).toMatch(mend);
    expect(read(files.verificationKey)).toBe(content);
  });

  test('a signing key of another pair', () => {
    const { folder, files } = made();
    writeFileSync(files.signingKey, privatePem(newKey().privateKey));
    expect(faultOf(() => ensureSecrets(folder))).toContain(`is not the public key of ${files.signingKey}`);
  });

  test.each(['signingKey', 'verificationKey'] as const)('a folder in the place of %s', (name) => {
    const { folder, files } = made();
    rmSync(files[name]);
    mkdirSync(files[name]);
    expect(faultOf(() => ensureSecrets(folder))).toContain(files[name]);
  });

  test('and nothing of a secret is told', () => {
    const { folder, files } = made();
    const content = read(files.signingKey).replaceAll(/[a-c]/g, 'A');
    writeFileSync(files.signingKey, content);
    const fault = faultOf(() => ensureSecrets(folder));
    for (const line of content.split('\n').filter((each) => each.length > 10)) expect(fault).not.toContain(line);
  });
});

describe('secrets that are not there', () => {
  test('are made: a key of 2048 bits, its public key, and a token nobody can guess', () => {
    const { files } = made();
    const key = createPrivateKey(read(files.signingKey));
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048]);
    expect(read(files.verificationKey)).toBe(publicPem(createPublicKey(key)));
    expect(read(files.imageServiceToken)).toMatch(/^[\w-]{43}\n$/);
  });

  test('are made for their owner alone, and nothing is left beside them', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { folder, files } = made();
    expect([folder, ...Object.values(files)].map(modeOf)).toEqual(['700', '600', '600', '600']);
    expect(readdirSync(folder).sort()).toEqual(['image-service-token', 'signing-key.pem', 'verification-key.pem']);
  });

  test('are made for whom they are to be for, whatever the umask', () => {
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    const files = ensureSecrets(folderOfTest(), 0o440);
    expect(Object.values(files).map(modeOf)).toEqual(['440', '440', '440']);
  });

  test('are others in another folder', () => {
    const [one, other] = [made().files, made().files];
    expect(read(one.signingKey)).not.toBe(read(other.signingKey));
    expect(read(one.imageServiceToken)).not.toBe(read(other.imageServiceToken));
  });

  test('are made again where one is gone: the public key from the private one', () => {
    const { folder, files } = made();
    const before = read(files.verificationKey);
    rmSync(files.verificationKey);
    ensureSecrets(folder);
    expect(read(files.verificationKey)).toBe(before);
  });
});

test('secrets that are there stay as they are', () => {
  const { folder, files } = made();
  const seen = () => Object.values(files).map((file) => ({ text: read(file), mtimeMs: statSync(file).mtimeMs }));
  const before = seen();
  expect(ensureSecrets(folder)).toEqual(files);
  expect(seen()).toEqual(before);
});

test('several processes that make them at the same moment agree on one pair and one token', async () => {
  const folder = join(folderOfTest(), 'secrets');
  const program = `
    import { readFileSync } from 'node:fs';
    import { ensureSecrets } from './embedded/data-folder.ts';
    process.once('SIGUSR2', () => {
      const files = ensureSecrets(process.argv[1]);
      console.log(JSON.stringify(Object.values(files).map((file) => readFileSync(file, 'utf8'))));
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
  expect(first).toContain('PRIVATE KEY');
  expect(others).toEqual([first, first, first]);
  expect(readdirSync(folder)).toHaveLength(3);
});
