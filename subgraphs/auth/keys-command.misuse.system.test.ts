import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { runKeys } from './testing/keys-command.ts';

test('--help describes the commands and the environment', async () => {
  for (const args of [['--help'], ['rotate', '--help']]) {
    const { code, out, err } = await runKeys(args);
    expect([code, err]).toEqual([0, '']);
    for (const word of ['list', 'rotate', '--signs-in', '--create', 'retire', '--compromised', '--folder', '--help']) {
      expect(out).toContain(word);
    }
    for (const name of ['SIGNING_KEYS_FOLDER', 'DATA_FOLDER', 'ACCESS_TOKEN_SECONDS']) expect(out).toContain(name);
  }
});

test.each([
  [[], 'no command'],
  [['renew'], 'unknown command renew'],
  [['renew', '--help'], 'unknown command renew'],
  [['list', 'a-key'], 'unexpected argument a-key'],
  [['retire', 'a-key', 'another', '--compromised'], 'unexpected argument another'],
  [['list', '--signs-in', '5'], '--signs-in belongs to rotate'],
  [['list', '--create'], '--create belongs to rotate'],
  [['rotate', '--compromised'], '--compromised belongs to retire'],
  [['retire', '--compromised'], '--compromised needs a kid'],
  [['rotate', '--signs-in', 'soon'], '--signs-in must be a whole number from 0 to 31536000'],
  [['list', '--all'], "Unknown option '--all'"],
  [['list', '--folder'], "Option '--folder <value>' argument missing"],
])('%j exits with 2 and a message, and changes nothing', async (args, wrong) => {
  const data = folderOfTest();
  const result = await runKeys(args, { DATA_FOLDER: data });
  expect(result).toEqual({ code: 2, out: '', err: `${wrong}: see npm run keys -- --help\n` });
  expect(readdirSync(data)).toEqual([]);
});

test('an invalid ACCESS_TOKEN_SECONDS is rejected', async () => {
  const result = await runKeys(['list'], { ACCESS_TOKEN_SECONDS: '0', DATA_FOLDER: folderOfTest() });
  expect(result).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ACCESS_TOKEN_SECONDS must be') });
});
