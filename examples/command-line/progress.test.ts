import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

/** A terminal of some width, and what was written to it. */
function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), written };
}

test('in a terminal a bar fills in one line', () => {
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

test('the line is never longer than the terminal is wide', () => {
  const terminal = screen(true, 40);
  createProgress(terminal, 2).step('a-rather-long-name-of-a-picture.png', 'uploaded');
  expect(terminal.written[1]).toBe('\r\u001b[K[############............] 1/2 a-rather');
});

test('a name that would move the cursor is escaped', () => {
  const terminal = screen(true);
  createProgress(terminal, 1).step('\u001b[2J\r.png', 'uploaded');
  expect(terminal.written[1]).toBe('\r\u001b[K[########################] 1/1 \\u001b[2J\\u000d.png');
});

test('elsewhere each step is a line, with what came of it', () => {
  const pipe = screen(false);
  const progress = createProgress(pipe, 2);
  progress.step('a.png', 'uploaded');
  progress.step('b.png', 'failed');
  progress.end();
  expect(pipe.written).toEqual(['1/2 a.png: uploaded\n', '2/2 b.png: failed\n']);
});
