import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { keys } from '../testing/keys-command.ts';

test('--help says what can be done, and what is read of the environment', async () => {
  for (const args of [['--help'], ['whatever', '--help']]) {
    const { code, out, err } = await keys(args);
    expect([code, err]).toEqual([0, '']);
    for (const word of ['list', 'rotate', '--signs-in', 'retire', '--compromised', '--folder']) {
      expect(out).toContain(word);
    }
    for (const name of ['SIGNING_KEYS_FOLDER', 'DATA_FOLDER', 'ACCESS_TOKEN_SECONDS']) expect(out).toContain(name);
  }
});

test.each([
  [[], 'Say what to do'],
  [['renew'], 'There is no renew'],
  [['list', 'a-key'], 'a-key is one argument too many'],
  [['retire', 'a-key', 'another', '--compromised'], 'another is one argument too many'],
  [['list', '--signs-in', '5'], '--signs-in belongs to rotate'],
  [['rotate', '--compromised'], '--compromised belongs to retire'],
  [['retire', '--compromised'], '--compromised needs the kid'],
  [['rotate', '--signs-in', 'soon'], '--signs-in must be a whole number from 0 to 31536000'],
  [['list', '--all'], "Unknown option '--all'"],
  [['list', '--folder'], "Option '--folder <value>' argument missing"],
])('misused as %j it says what is wrong, changes nothing and ends with 1', async (args, wrong) => {
  const data = folderOfTest();
  const said = await keys(args, { DATA_FOLDER: data });
  expect(said).toEqual({ code: 1, out: '', err: `${wrong}: see npm run keys -- --help\n` });
  expect(readdirSync(data)).toEqual([]);
});

test('a lifetime of tokens that there cannot be is refused', async () => {
  const said = await keys(['list'], { ACCESS_TOKEN_SECONDS: '0', DATA_FOLDER: folderOfTest() });
  expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ACCESS_TOKEN_SECONDS must be') });
});
