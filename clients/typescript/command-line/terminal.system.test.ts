import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { runCommand } from '../../../tests/support/systems/spawned.ts';
import { type System, startSystem } from '../../../tests/support/systems/system.ts';
import { commandLine, namesOf, pictures, titlesOf } from '../testing/command-line.ts';
import { deferred, startProxy } from '../testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const clear = '\r\u001b[K';

test('a terminal shows one line that is redrawn, with errors above it', async () => {
  const cli = commandLine({ user: await system.signUp(), url: system.gateway });
  const files = await pictures(3);
  const text = join(folderOfTest(), 'text.png');
  writeFileSync(text, 'no image');
  const upload = cli.inTerminal('upload', '--concurrency', '1', ...files, text);
  expect(await upload.exitCode).toBe(1);
  const shown = upload.stdout();
  expect(shown).toContain(`${clear}[........................] 0/4 · 0 B of `);
  expect(shown).toMatch(/\[#{24}\] 4\/4 · (\d+) B of \1 B · \d+ k?B\/s · text\.png/);
  expect(shown).toContain(`${clear}${text}: image.data is not an image`);
  expect(shown).toMatch(/3 uploaded, 0 already there, 1 failed\.\r\n$/);
  // Redrawn, never wrapped.
  const drawn = shown.split(clear).filter((line) => line.startsWith('['));
  expect(drawn.filter((line) => line.length > 99 || line.includes('\n'))).toEqual([]);
});

test('a file name cannot write to the terminal', async () => {
  const cli = commandLine({ user: await system.signUp(), url: system.gateway });
  const [file = ''] = await pictures(1);
  const hostile = join(folderOfTest(), '\u001b]0;title\u0007\u001b[2J.png');
  copyFileSync(file, hostile);
  const upload = cli.inTerminal('upload', hostile);
  expect(await upload.exitCode).toBe(0);
  expect(upload.stdout()).toContain('\\u001b]0;title\\u0007\\u001b[2J.png');
  expect(upload.stdout().replaceAll(clear, '')).not.toContain('\u001b');
});

test('Ctrl-C in a terminal, also under npm, completes what is in flight', async () => {
  const user = await system.signUp();
  const proxy = await startProxy(system.gateway);
  const { env } = commandLine({ user, url: proxy.url });
  const files = await pictures(20);
  const { promise, resolve } = deferred();
  proxy.next([{}, {}, {}, {}, { after: promise }, { after: promise }], 'CreateResource');
  const command = `exec npm run --silent image-supergraph -- upload ${files.join(' ')}`;
  const upload = runCommand(['script', '--quiet', '--return', '--command', command, '/dev/null'], env);
  await upload.find(/ 4\/20 /);
  upload.send('\u0003');
  await upload.find(/Completing what is in flight/);
  resolve();
  expect(await upload.exitCode).toBe(130);
  expect(upload.stdout()).toMatch(
    /Completing what is in flight[\s\S]*not sent: run the same command again to continue\.\r\nInterrupted\.\r\n$/,
  );
  expect(upload.stdout()).toContain('6 uploaded, 0 already there, 0 failed.');
  expect(await titlesOf(user)).toHaveLength(6);
  const again = runCommand(['npm', 'run', '--silent', 'image-supergraph', '--', 'upload', ...files], env);
  expect(await again.exitCode).toBe(0);
  expect(await titlesOf(user)).toEqual(namesOf(files));
}, 120_000);
