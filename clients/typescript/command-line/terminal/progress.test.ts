import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';
import { createTerminal } from './terminal.ts';

/** A progress of three items of 1 MB, of which each takes a second, on a screen that records its output. */
function start({ isTTY = true, isJson = false, columns = 80 } = {}) {
  const written: string[] = [];
  const screen = { isTTY, columns, write: (text: string) => written.push(text) };
  const terminal = createTerminal({ stdout: screen, stderr: screen, isJson });
  let time = 0;
  const progress = createProgress(terminal, { total: 3, totalBytes: 3_000_000, now: () => time });
  const finish = (name: string, outcome = 'uploaded') => {
    time += 1_000;
    progress.step({ name, sizeBytes: 1_000_000, outcome });
  };
  return { written, terminal, progress, finish };
}

const clear = '\r\u001b[K';

test('draws a bar in the last line of a terminal', () => {
  const { written, progress, finish } = start();
  progress.start('a.png');
  finish('a.png');
  finish('b.png');
  progress.end();
  expect(written).toEqual([
    `${clear}[........................] 0/3 · 0 B of 3.0 MB · a.png`,
    `${clear}[########................] 1/3 · 1.0 MB of 3.0 MB · 1.0 MB/s · a.png`,
    `${clear}[################........] 2/3 · 2.0 MB of 3.0 MB · 1.0 MB/s · b.png`,
    clear,
  ]);
});

test('prints other lines above the bar', () => {
  const { written, terminal, progress } = start();
  progress.start('a.png');
  terminal.warn('An error.');
  expect(written).toEqual([expect.any(String), clear, 'An error.\n', written[0]?.replace(clear, '')]);
});

test('truncates the line to the width of the terminal, of which some characters take two columns', () => {
  const { written, progress } = start({ columns: 59 });
  progress.start('a-rather-long-name-of-a-picture.png');
  progress.start('写真写真写真写真写真写真写真');
  expect(written.map((line) => line.slice(line.indexOf('MB') + 2))).toEqual([' · a-rather-', ' · 写真写真']);
});

test('escapes control characters in a name', () => {
  const { written, progress } = start();
  progress.start('\u001b[2J\r.png');
  expect(written[0]).toMatch(/ · \\u001b\[2J\\u000d\.png$/);
});

test('writes one line for each item where the output is no terminal', () => {
  const { written, progress, finish } = start({ isTTY: false });
  progress.start('a.png');
  finish('a.png');
  finish('b.png', 'failed');
  progress.end();
  expect(written).toEqual(['1/3 a.png: uploaded\n', '2/3 b.png: failed\n']);
});

test('writes nothing where the output is JSON', () => {
  const { written, progress, finish } = start({ isJson: true });
  progress.start('a.png');
  finish('a.png');
  progress.end();
  expect(written).toEqual([]);
});
