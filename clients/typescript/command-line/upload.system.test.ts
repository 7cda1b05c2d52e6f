import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photosFolder } from '../../../tests/corpus/photos.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { type System, startSystem } from '../../../tests/support/systems/system.ts';
import { commandLine, namesOf, pictures, recordsOf, titlesOf } from '../testing/command-line.ts';
import { deferred, startProxy } from '../testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** A new user who is logged in, behind a proxy that can inject faults. */
async function loggedIn() {
  const user = await system.signUp();
  const proxy = await startProxy(system.gateway);
  const proxied = {
    ...proxy,
    creates: () => proxy.seen.filter(({ operation }) => operation === 'CreateResource').length,
  };
  return { user, proxy: proxied, cli: commandLine({ user, url: proxy.url }) };
}

/** Larger than the image service takes, as photos of phones are. */
async function largePhoto(folder: string): Promise<string> {
  const file = join(folder, 'large.jpg');
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  await sharp({ create: { width: 1_200, height: 900, channels: 3, background: '#000', noise } })
    .jpeg({ quality: 95 })
    .toFile(file);
  expect(readFileSync(file).length).toBeGreaterThan(383_970);
  return file;
}

describe('a run', () => {
  test('uploads files, and the next one only the new ones', async () => {
    const { user, cli, proxy } = await loggedIn();
    const files = await pictures(5);
    const first = await cli.run('upload', ...files.slice(0, 3));
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/1\/3 .*: uploaded\n[\s\S]*3 uploaded, 0 already there, 0 failed\.\n$/);
    const second = await cli.run('upload', ...files);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toMatch(/2 uploaded, 3 already there, 0 failed\.\n$/);
    expect(await titlesOf(user)).toEqual(namesOf(files));
    expect(proxy.creates()).toBe(5);
  });

  test('recognises a photo that is stored without its metadata', async () => {
    const { cli } = await loggedIn();
    const file = fileURLToPath(new URL('position.jpg', photosFolder));
    const first = await cli.run('upload', file);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/position\.jpg: uploaded, stored with \d+ B\n/),
    ]);
    expect((await cli.run('upload', file)).stdout).toMatch(/0 uploaded, 1 already there/);
  });

  test('--keep-metadata stores a photo as it is', async () => {
    const { cli } = await loggedIn();
    const file = fileURLToPath(new URL('position.jpg', photosFolder));
    const { code, stdout } = await cli.run('upload', '--keep-metadata', '--json', file);
    const [record] = recordsOf(stdout);
    expect([code, record]).toMatchObject([0, { image: { sizeBytes: readFileSync(file).length } }]);
  });

  test('names --fit for a file that is too large, and --fit makes it fit', async () => {
    const { user, cli } = await loggedIn();
    const file = await largePhoto(folderOfTest());
    const without = await cli.run('upload', file);
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/large\.jpg: .* 383970.*--fit/);
    const { code, stdout } = await cli.run('upload', '--fit', '--json', file);
    const [record] = recordsOf(stdout);
    expect([code, record]).toMatchObject([0, { file, outcome: 'uploaded', image: { width: 1_200, height: 900 } }]);
    expect(await titlesOf(user)).toEqual(['large.jpg']);
    expect((await cli.run('upload', file)).stdout).toMatch(/1 already there/);
  }, 120_000);

  test('--fit uploads a WebP as JPEG, and the next run knows it', async () => {
    const { cli } = await loggedIn();
    const file = join(folderOfTest(), 'photo.webp');
    const [picture = ''] = await pictures(1);
    writeFileSync(file, await sharp(picture).webp().toBuffer());
    const { code, stdout } = await cli.run('upload', '--fit', '--json', file);
    expect([code, recordsOf(stdout)]).toMatchObject([
      0,
      [{ outcome: 'uploaded', image: { contentType: 'image/jpeg' } }],
    ]);
    expect((await cli.run('upload', '--fit', file)).stdout).toMatch(/0 uploaded, 1 already there/);
  });

  test('reads no file that is larger than any image', async () => {
    const { cli, proxy } = await loggedIn();
    const file = join(folderOfTest(), 'film.jpg');
    writeFileSync(file, '');
    truncateSync(file, 5_000_000_000);
    const { code, stderr } = await cli.run('upload', '--fit', file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/has 5\.0 GB, and the limit is 16\.8 MB\. Make it smaller\.\n$/),
    ]);
    expect(proxy.creates()).toBe(0);
  });

  test('finds images in folders and by patterns, each once', async () => {
    const { user, cli } = await loggedIn();
    const folder = folderOfTest();
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    mkdirSync(join(folder, '.hidden'));
    const [one = '', two = '', three = '', four = ''] = await pictures(4, join(folder, 'a'));
    for (const [from, to] of [
      [two, 'a/b/UPPER.PNG'],
      [three, 'a/b/with[1].png'],
      [four, '.hidden/secret.png'],
    ] as const)
      copyFileSync(from, join(folder, to));
    writeFileSync(join(folder, 'a', 'notes.txt'), 'no image');
    symlinkSync(folder, join(folder, 'a', 'circle'));
    const all = await cli.run('upload', folder, join(folder, 'a'), one);
    expect([all.code, all.stderr]).toEqual([0, '']);
    expect(all.stdout).toMatch(/6 uploaded, 0 already there, 0 failed, \d files? of other types left out\.\n$/);
    expect((await titlesOf(user)).sort()).toEqual(
      [...namesOf([one, two, three, four]), 'UPPER.PNG', 'with[1].png'].sort(),
    );
    const pattern = await cli.run('upload', join(folder, '**/*.{png,PNG}'), join(folder, 'a/b/with[1].png'));
    expect([pattern.code, pattern.stdout]).toEqual([
      0,
      expect.stringMatching(/0 uploaded, 6 already there, 0 failed\.\n$/),
    ]);
    const nothing = await cli.run('upload', join(folder, '*.gif'));
    expect([nothing.code, nothing.stderr]).toEqual([1, `${join(folder, '*.gif')}: No file matches this pattern.\n`]);
  }, 120_000);

  test('sends a file once whose content and title are there twice', async () => {
    const { user, cli } = await loggedIn();
    const folder = folderOfTest();
    mkdirSync(join(folder, 'copy'));
    const [file = ''] = await pictures(1, folder);
    copyFileSync(file, join(folder, 'copy', 'picture-00.png'));
    const { stdout } = await cli.run('upload', folder);
    expect(stdout).toMatch(/1 uploaded, 1 already there, 0 failed\.\n$/);
    expect(await titlesOf(user)).toEqual(['picture-00.png']);
  });

  test('takes a title for one file, and a description', async () => {
    const { cli } = await loggedIn();
    const files = await pictures(2);
    const [file = ''] = files;
    const { stdout } = await cli.run('upload', '--title', 'Sunset', '--description', 'At the sea', '--json', file);
    expect(recordsOf(stdout)).toMatchObject([{ title: 'Sunset', description: 'At the sea' }]);
    const two = await cli.run('upload', '--title', 'Sunset', ...files);
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/^--title is for one file, and these are 2\.\n/)]);
  });

  test('uploads a file again whose image was deleted on the same day', async () => {
    const { user, cli } = await loggedIn();
    const [file = ''] = await pictures(1);
    for (const _ of [1, 2, 3]) {
      const { code, stdout } = await cli.run('upload', '--json', file);
      const [record] = recordsOf(stdout);
      expect([code, record?.outcome]).toEqual([0, 'uploaded']);
      expect((await cli.run('delete', '--yes', String(record?.id))).code).toBe(0);
    }
    expect(await titlesOf(user)).toEqual([]);
  }, 120_000);

  test('reports each file that cannot be stored, and uploads the others', async () => {
    const { user, cli } = await loggedIn();
    const [file = ''] = await pictures(1);
    const folder = folderOfTest();
    const webp = join(folder, 'photo.webp');
    writeFileSync(webp, await sharp(file).webp().toBuffer());
    const text = join(folder, 'text.png');
    writeFileSync(text, 'no image');
    const { code, stdout, stderr } = await cli.run('upload', '--json', text, webp, 'nowhere.png', '/dev/null', file);
    expect(code).toBe(1);
    expect(recordsOf(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: text, outcome: 'failed', code: 'UNSUPPORTED_IMAGE' }),
        expect.objectContaining({ file: webp, outcome: 'failed', message: expect.stringMatching(/--fit/) }),
        { file: 'nowhere.png', outcome: 'failed', code: 'UNREADABLE', message: 'There is no such file.' },
        { file: '/dev/null', outcome: 'failed', code: 'UNREADABLE', message: 'This is no regular file.' },
        expect.objectContaining({ file, outcome: 'uploaded' }),
      ]),
    );
    expect(stderr.trim().split('\n')).toHaveLength(4);
    expect(await titlesOf(user)).toEqual(namesOf([file]));
  });

  test('escapes control characters in file names', async () => {
    const { user, cli } = await loggedIn();
    const [file = ''] = await pictures(1);
    const named = join(folderOfTest(), 'clear\u001b[2J\u009b\nnew.png');
    copyFileSync(file, named);
    const { code, stdout, stderr } = await cli.run('upload', named, 'no\u001b[2Jwhere.png');
    expect(code).toBe(1);
    expect(stdout).toContain('clear\\u001b[2J\\u009b\\u000anew.png: uploaded\n');
    expect(stderr).toMatch(/^no\\u001b\[2Jwhere\.png: There is no such file\.\n$/);
    expect(await titlesOf(user)).toEqual(['clear\u001b[2J\u009b\nnew.png']);
    const json = await cli.run('upload', '--json', named);
    for (const control of ['\u001b', '\u009b']) expect(json.stdout).not.toContain(control);
    expect(recordsOf(json.stdout)).toMatchObject([{ file: named, outcome: 'exists' }]);
  });

  test('believes the journal when the token may not read', async () => {
    const { user, cli } = await loggedIn();
    const files = await pictures(2);
    const created = await cli.run('tokens', 'create', 'writes', '--scopes', 'resources:write');
    Object.assign(cli.env, { IMAGE_SUPERGRAPH_TOKEN: created.stdout.trim(), IMAGE_SUPERGRAPH_URL: system.gateway });
    for (const expected of [/2 uploaded, 0 already/, /0 uploaded, 2 already/]) {
      const { code, stdout, stderr } = await cli.run('upload', ...files);
      expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(expected)]);
    }
    expect(await titlesOf(user)).toEqual(namesOf(files));
  });

  test('stops when the token may not write', async () => {
    const { user, cli } = await loggedIn();
    const files = await pictures(2);
    const created = await cli.run('tokens', 'create', 'reads', '--scopes', 'resources:read');
    Object.assign(cli.env, { IMAGE_SUPERGRAPH_TOKEN: created.stdout.trim(), IMAGE_SUPERGRAPH_URL: system.gateway });
    const { code, stderr } = await cli.run('upload', ...files);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/2 files not sent: run the same command again.*\n.*scope/s),
    ]);
    expect(await titlesOf(user)).toEqual([]);
  });
});

describe('after an interruption', () => {
  test('Ctrl-C completes what is in flight, and the same command continues', async () => {
    const { user, cli, proxy } = await loggedIn();
    const files = await pictures(12);
    const { promise, resolve } = deferred();
    proxy.next([{}, {}, {}, { after: promise }, { after: promise }], 'CreateResource');
    const upload = cli.start('upload', ...files);
    await upload.find(/^3\/12 /m);
    await expect.poll(proxy.creates).toBe(5);
    upload.signal('SIGINT');
    await expect.poll(upload.stderr).toBe('Completing what is in flight. Press Ctrl-C again to stop at once.\n');
    resolve();
    expect(await upload.exitCode).toBe(130);
    expect(upload.stdout()).toMatch(/\n5 uploaded, 0 already there, 0 failed\.\n$/);
    expect(upload.stderr()).toMatch(/\n7 files not sent: run the same command again to continue\.\nInterrupted\.\n$/);
    expect(await titlesOf(user)).toHaveLength(5);
    const again = await cli.run('upload', ...files);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('7 uploaded, 5 already there, 0 failed.')]);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  }, 120_000);

  test('a second Ctrl-C stops at once, and nothing is sent twice', async () => {
    const { user, cli, proxy } = await loggedIn();
    const files = await pictures(1);
    proxy.next([{ after: new Promise(() => {}) }], 'CreateResource');
    const upload = cli.start('upload', ...files);
    await expect.poll(() => titlesOf(user)).toHaveLength(1);
    upload.signal('SIGINT');
    await expect.poll(upload.stderr).toMatch(/^Completing/);
    const timer = setInterval(() => upload.signal('SIGINT'), 100);
    expect(await upload.exitCode).toBe(130);
    clearInterval(timer);
    expect((await cli.run('upload', ...files)).code).toBe(0);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  }, 120_000);

  test('by SIGKILL at several points, each file is there once', async () => {
    const { user, cli } = await loggedIn();
    const files = await pictures(14);
    for (const point of [1, 3, 6, 9, 12]) {
      const upload = cli.start('upload', '--concurrency', '4', ...files);
      await upload.find(new RegExp(`^${point}/14 `, 'm'));
      upload.signal('SIGKILL');
      await upload.exitCode;
    }
    const { code, stdout } = await cli.run('upload', ...files);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/0 failed\.\n$/)]);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  }, 240_000);

  test('by SIGKILL between the upload and its response, the idempotency key recognises the file', async () => {
    const { user, cli, proxy } = await loggedIn();
    const files = await pictures(1);
    proxy.next([{ after: new Promise(() => {}) }], 'CreateResource');
    const upload = cli.start('upload', ...files);
    await expect.poll(() => titlesOf(user)).toHaveLength(1);
    upload.signal('SIGKILL');
    await upload.exitCode;
    expect((await cli.run('upload', ...files)).stdout).toMatch(/1 uploaded, 0 already there/);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  });

  test('a lost response is repeated under the same key', async () => {
    const { user, cli, proxy } = await loggedIn();
    const files = await pictures(2);
    proxy.next(['LOSE_RESPONSE', 'CUT'], 'CreateResource');
    const { code, stdout } = await cli.run('upload', ...files);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/2 uploaded, 0 already there/)]);
    expect(proxy.creates()).toBe(4);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  });

  test('a journal whose last line was cut off is used nevertheless', async () => {
    const { user, cli } = await loggedIn();
    const files = await pictures(2);
    await cli.run('upload', ...files);
    const folder = join(cli.file, '..', 'uploads');
    const [journal = ''] = readdirSync(folder);
    appendFileSync(join(folder, journal), 'deadbeef');
    expect((await cli.run('upload', ...files)).stdout).toMatch(/0 uploaded, 2 already there/);
    expect(await titlesOf(user)).toEqual(namesOf(files));
  });
});
