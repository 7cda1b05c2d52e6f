import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/files.ts';
import { hashSources } from './build.ts';
import { createPageLoader } from './load-page.ts';
import { createPageCache } from './page-cache.ts';

const page = [
  { name: 'index.html', bytes: new TextEncoder().encode('<!doctype html>') },
  { name: 'page-ABC.js', bytes: new Uint8Array([0, 255, 128]) },
];

/** The cache's file and the built folder, neither of which exists yet. */
function startLoading({ path = newFolder(), build = async () => page, key = 'key-1' } = {}) {
  const cacheFile = join(path, 'cache', 'explorer-page');
  const builtFolder = join(path, 'built');
  let buildCount = 0;
  const load = createPageLoader({
    builtFolder,
    cache: createPageCache(cacheFile),
    importBuilder: async () => ({
      hashSources: async () => key,
      buildPage: () => {
        buildCount += 1;
        return build();
      },
    }),
  });
  return { load, path, cacheFile, builtFolder, buildCount: () => buildCount };
}

function newFolder(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return path;
}

test('a page is built once for concurrent calls', async () => {
  const { load, buildCount } = startLoading();
  expect(await Promise.all([load(), load()])).toEqual([page, page]);
  expect(await load()).toEqual(page);
  expect(buildCount()).toBe(1);
});

test('a failed build is tried again', async () => {
  const builds = [() => Promise.reject(new Error('no bundler')), async () => page];
  const { load } = startLoading({ build: () => (builds.shift() ?? (async () => []))() });
  await expect(load()).rejects.toThrow('no bundler');
  expect(await load()).toEqual(page);
});

test('the built folder is served, and nothing is built', async () => {
  const { load, builtFolder, buildCount } = startLoading();
  mkdirSync(builtFolder);
  for (const { name, bytes } of page) writeFileSync(join(builtFolder, name), bytes);
  const files = await load();
  expect(files.map(({ name, bytes }) => [name, [...bytes]])).toEqual(page.map(({ name, bytes }) => [name, [...bytes]]));
  expect(buildCount()).toBe(0);
});

describe('the next start', () => {
  test('loads the page from the cache', async () => {
    const { load, path } = startLoading();
    await load();
    const next = startLoading({ path });
    expect(await next.load()).toEqual(page);
    expect(next.buildCount()).toBe(0);
  });

  test.each<[string, (file: string) => void, string?]>([
    ['its sources have changed', () => {}, 'key-2'],
    ['the cache is truncated', (file) => truncateSync(file, 40)],
    ['the cache is empty', (file) => truncateSync(file)],
    [
      'a byte of the cache is damaged',
      (file) => {
        const bytes = readFileSync(file);
        bytes.writeUInt8(bytes.readUInt8(50) ^ 1, 50);
        writeFileSync(file, bytes);
      },
    ],
  ])('builds the page again when %s', async (_, damage, key = 'key-1') => {
    const { load, path, cacheFile } = startLoading();
    await load();
    damage(cacheFile);
    const next = startLoading({ path, key });
    expect(await next.load()).toEqual(page);
    expect(next.buildCount()).toBe(1);
    const afterwards = startLoading({ path, key });
    await afterwards.load();
    expect(afterwards.buildCount()).toBe(0);
    expect(readdirSync(join(path, 'cache'))).toEqual(['explorer-page']);
  });
});

test('a cache that cannot be written does not matter', async () => {
  const path = join(newFolder(), 'file');
  writeFileSync(path, 'no folder');
  const { load } = startLoading({ path });
  expect(await load()).toEqual(page);
});

test('the hash of the page’s sources is the same each time', async () => {
  const hash = await hashSources();
  expect(hash).toMatch(/^[\da-f]{64}$/);
  expect(await hashSources()).toBe(hash);
});
