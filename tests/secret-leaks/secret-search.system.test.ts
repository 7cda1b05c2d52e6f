import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../support/files.ts';
import { listen } from '../support/http/servers.ts';
import { runCommand } from '../support/systems/spawned.ts';
import { createRecorder } from './recorder.ts';
import { bytesSecret, createSearch, findIn, textSecret } from './secret-search.ts';
import { filesOf, outputsOf } from './systems.ts';

const node = [process.execPath, '--import', 'tsx'];
const password = `kanari\u00eb "\\/&+%\u{1f424} ${randomUUID()}`;
const image = randomBytes(3_000);
const find = createSearch([textSecret('password', password), bytesSecret('image', image)]);
const names = (found: string[]) => [...new Set(found.map((what) => what.replace(/, .*$/s, '')))];
const isFoundIn = (text: string | Buffer) => names(find(Buffer.from(text)));

describe('finds a text', () => {
  const json = JSON.stringify({ password });
  const form = new URLSearchParams({ password }).toString();
  const written: Record<string, string | Buffer> = {
    unchanged: `the ${password} is`,
    decomposed: password.normalize('NFD'),
    'in JSON': json,
    'in JSON within JSON': JSON.stringify({ body: json }),
    'in JSON of ASCII': json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'in a URL': `/?password=${encodeURIComponent(password)}`,
    'in a form': form,
    'in a form, in small letters': form.replace(/%../g, (encoded) => encoded.toLowerCase()),
    'as Basic credentials': `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`,
    'in hex': Buffer.from(password).toString('hex'),
    'as a Buffer in JSON': JSON.stringify({ body: Buffer.from(`x${password}`) }),
    'truncated to its beginning': password.slice(0, 25),
    'truncated to its end': password.slice(-30),
  };

  test.each(Object.entries(written))('%s', (_, text) => {
    expect(isFoundIn(text)).toEqual(['password']);
  });

  test.each([0, 1, 2, 3, 4])('in base64 and base64url after %i other bytes', (before) => {
    const unredacted = Buffer.concat([randomBytes(before), Buffer.from(password), randomBytes(5)]);
    const [base64, base64url] = [unredacted.toString('base64'), unredacted.toString('base64url')];
    for (const text of [base64, base64url, encodeURIComponent(base64)]) expect(isFoundIn(text)).toEqual(['password']);
  });
});

describe('finds bytes', () => {
  const part = image.subarray(1_001, 1_061);
  const written: Record<string, string | Buffer> = {
    unchanged: part,
    'in base64': part.toString('base64'),
    'in truncated base64': image.toString('base64').slice(501, 570),
    'in hex': part.toString('hex').toUpperCase(),
    'as a Buffer in JSON': JSON.stringify({ part }),
  };

  test.each(Object.entries(written))('%s', (_, text) => {
    expect(isFoundIn(text)).toEqual(['image']);
  });
});

test('finds nothing in bytes without a secret', () => {
  const other = createSearch([
    textSecret('password', `kanarie ${randomUUID()}`),
    bytesSecret('image', randomBytes(99)),
  ]);
  expect(other(Buffer.concat([Buffer.from(`${password} ${inspect(image)}`), image]))).toEqual([]);
});

describe('finds a planted secret', () => {
  const onlyIn = (place: string) => [expect.stringMatching(new RegExp(`^${place}: password, `))];

  test('in a process’s log and in its standard error', async () => {
    const program = `import { createLogger } from './platform/process/logger.ts';
      createLogger({ service: 'it', level: 'trace' }).trace({ err: new Error(process.env.SECRET) }, 'bug');
      process.stderr.write(process.env.SECRET);`;
    const it = runCommand([...node, '--input-type=module', '--eval', program], { SECRET: password });
    expect(await it.exitCode).toBe(0);
    const found = findIn(outputsOf({ processes: { it } }), find);
    expect(names(found).sort()).toEqual(['log of it: password', 'stderr of it: password']);
  });

  test('in a response’s error and headers, and not in tokens issued on purpose', async () => {
    const tokens = { accessToken: `a.${randomUUID()}.${randomUUID()}`, refreshToken: randomUUID() };
    const errors = [{ message: `No: ${password}`, extensions: { code: 'NO' } }];
    const server = await listen((req, res) => {
      if (req.url === '/header') res.setHeader('location', `/?${new URLSearchParams({ password })}`);
      res.end(JSON.stringify({ data: { login: tokens }, ...(req.url === '/error' && { errors }) }));
    });
    onTestFinished(() => server.stop());
    const recorder = createRecorder();
    for (const path of ['/', '/error', '/header']) await recorder.send(`${server.url}${path}`, {});
    expect(names(findIn(recorder.responses, find))).toEqual(['response 2: password', 'response 3: password']);
    expect([...recorder.codes]).toEqual(['NO']);
    const findTokens = createSearch(recorder.tokens);
    expect(findIn(recorder.responses, findTokens)).toEqual([]);
    expect(findIn(recorder.unredacted, findTokens)).not.toEqual([]);
  });

  test('in a row of a database, in its write-ahead log, and in the place of a deleted row', () => {
    const folder = folderOfTest();
    const database = new Database(join(folder, 'auth.sqlite'));
    onTestFinished(() => void database.close());
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE texts (text TEXT)');
    database.pragma('wal_checkpoint(TRUNCATE)');
    const isIn = () => findIn(filesOf(folder), find);
    expect(isIn()).toEqual([]);
    database.prepare('INSERT INTO texts VALUES (?)').run(password);
    expect(isIn()).toEqual(onlyIn('auth.sqlite-wal'));
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(isIn()).toEqual(onlyIn('auth.sqlite'));
    database.exec('DELETE FROM texts');
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(isIn()).toEqual(onlyIn('auth.sqlite'));
  });

  test('in the contents and the name of any file in a data folder', () => {
    const folder = folderOfTest();
    const name = encodeURIComponent(password);
    writeFileSync(join(folder, 'a'), password);
    writeFileSync(join(folder, name), '');
    expect(names(findIn(filesOf(folder), find))).toEqual(['a: password', `${name}: password`]);
  });
});
