import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './errors.ts';
import { escapeControls, truncate } from './text.ts';

/** A stream of text: a terminal, or anything that takes lines. */
export interface Screen {
  isTTY?: boolean;
  /** Width in characters. */
  columns?: number;
  write(text: string): unknown;
}

export interface Terminal {
  /** True if the output is JSON for programs. */
  isJson: boolean;
  /** True if a line can be redrawn. */
  isAnimated: boolean;
  /** Prints a result: its cells with tabs between or, where the output is JSON, the record. */
  print(cells: string | readonly string[], record: object): void;
  /** Prints a line, unless the output is JSON. */
  say(line: string): void;
  /** Prints a record if the output is JSON. */
  record(record: object): void;
  /** Prints a line about errors. */
  warn(line: string): void;
  /** Draws the last line of the screen anew. An empty text clears it. */
  drawStatus(text: string): void;
}

const clearLine = '\r\u001b[K';

/** Output without control characters but those of its own. */
export function createTerminal({
  stdout,
  stderr,
  isJson,
}: {
  stdout: Screen;
  stderr: Screen;
  isJson: boolean;
}): Terminal {
  const isAnimated = Boolean(stdout.isTTY) && !isJson;
  let status = '';
  /** Writes a line above the status. */
  const writeLine = (screen: Screen, text: string) => {
    if (status) stdout.write(clearLine);
    screen.write(`${text}\n`);
    if (status) stdout.write(status);
  };
  const say = (line: string | readonly string[]) => {
    if (!isJson) writeLine(stdout, [line].flat().map(escapeControls).join('\t'));
  };
  const record = (value: object) => {
    // JSON escapes some control characters, and what this escapes is JSON, too.
    if (isJson) writeLine(stdout, escapeControls(JSON.stringify(value)));
  };
  return {
    isJson,
    isAnimated,
    print(cells, value) {
      say(cells);
      record(value);
    },
    say,
    record,
    warn: (line) => writeLine(stderr, escapeControls(line)),
    drawStatus(text) {
      if (!isAnimated) return;
      // A wrapped line could not be redrawn. Some terminals have no size, or 0.
      const next = truncate(escapeControls(text), (stdout.columns || 80) - 1);
      if (status || next) stdout.write(`${clearLine}${next}`);
      status = next;
    },
  };
}

/** The input of the user. Questions are on standard error, so that standard output has results only. */
export interface Prompt {
  /** True if somebody can be asked. */
  isInteractive: boolean;
  /** Asks for a line. `isHidden` shows nothing of what is typed. Throws UsageError where nobody can be asked. */
  ask(question: string, options: { isHidden?: boolean; otherwise: string; signal: AbortSignal }): Promise<string>;
  /** Everything that standard input has, without the line break at its end. */
  readAll(): Promise<string>;
}

/** 64 KiB: longer than any password or token. */
const maxInput = 65_536;

export function createPrompt(stdin: NodeJS.ReadStream, stderr: NodeJS.WriteStream): Prompt {
  const isInteractive = Boolean(stdin.isTTY && stderr.isTTY);
  return {
    isInteractive,
    async ask(question, { isHidden = false, otherwise, signal }) {
      if (!isInteractive) throw new UsageError(`There is no terminal to ask in: ${otherwise}`);
      const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input: stdin, output: isHidden ? hidden : stderr, terminal: true });
      // In raw mode, Ctrl-C is a character.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      const closed = once(lines, 'close').then(() => {
        signal.throwIfAborted();
        throw new UsageError('The input has ended without an answer.');
      });
      if (isHidden) stderr.write(question);
      try {
        return await Promise.race([lines.question(isHidden ? '' : question, { signal }), closed]);
      } finally {
        lines.close();
        closed.catch(() => {});
        if (isHidden) stderr.write('\n');
      }
    },
    async readAll() {
      let text = '';
      for await (const chunk of stdin.setEncoding('utf8')) {
        text += chunk;
        if (text.length > maxInput) throw new UsageError('Standard input is too long.');
      }
      return text.replace(/\r?\n$/, '');
    },
  };
}
