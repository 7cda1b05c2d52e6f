import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

/** A screen that records its output. */
function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), written };
}

test('draws a bar in one line of a terminal', () => {
  const terminal = screen(true);
  const progress = createProgress(terminal, 3);
  for (const name of ['a.png', 'b.png', 'c.png']) progress.step(name, 'uploaded');
  progress.end();
  expect(terminal.written).toEqual([
    '\r\u001b[K[........................] 0/3 ',
    '\r\u001b[K[########................] 1/3 a.png',
    '\r\u001b[K[################........] 2/3 b.png',
    '\r\u001b[K[########################] 3/3 c.png',
    '\n',
  ]);
});

test('truncates the line to the width of the terminal', () => {
  const terminal = screen(true, 40);
  createProgress(terminal, 2).step('a-rather-long-name-of-a-picture.png', 'uploaded');
  expect(terminal.written[1]).toBe('\r\u001b[K[############............] 1/2 a-rather');
});

test('escapes control characters in a name', () => {
  const terminal = screen(true);
  createProgress(terminal, 1).step('\u001b[2J\r.png', 'uploaded');
  expect(terminal.written[1]).toBe('\r\u001b[K[########################] 1/1 \\u001b[2J\\u000d.png');
});

test('writes one line for each step when the output is not a terminal', () => {
  const pipe = screen(false);
  const progress = createProgress(pipe, 2);
  progress.step('a.png', 'uploaded');
  progress.step('b.png', 'failed');
  progress.end();
  expect(pipe.written).toEqual(['1/2 a.png: uploaded\n', '2/2 b.png: failed\n']);
});
