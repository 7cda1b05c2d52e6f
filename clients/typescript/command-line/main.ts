#!/usr/bin/env node
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openAccount } from './account/account.ts';
import { createLoginFile } from './account/login-file.ts';
import type { Context, ParsedCommand } from './commands/command.ts';
import { parseCommandLine, usageOf } from './commands.ts';
import { CommandError, explainError, UsageError } from './terminal/errors.ts';
import { createPrompt, createTerminal } from './terminal/terminal.ts';
import { escapeControls } from './terminal/text.ts';

const { version } = createRequire(import.meta.url)('image-supergraph-client/package.json') as { version: string };

const { env } = process;
/** An empty variable counts as none. */
const settings = { url: env.IMAGE_SUPERGRAPH_URL || undefined, token: env.IMAGE_SUPERGRAPH_TOKEN || undefined };
const configFolder = env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(homedir(), '.config');
const folder = join(configFolder, 'image-supergraph');

/** The exit codes that shells report for signals; Node ignores SIGPIPE. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGPIPE: 141 };

/** Under npm, one Ctrl-C sends SIGINT twice: from the terminal and from npm. */
const duplicateSignalMs = 1_000;

/** The first signal stops gracefully, a second one exits at once. Closed output, as of `| head`, counts as a signal. */
function watchForInterruption() {
  const interruption = new AbortController();
  const state: { signal: AbortSignal; code: number | undefined } = { signal: interruption.signal, code: undefined };
  let interruptedAt = 0;
  const interrupt = (code: number) => {
    if (state.code === undefined) interruptedAt = performance.now();
    else if (performance.now() - interruptedAt > duplicateSignalMs) process.exit(code);
    state.code ??= code;
    interruption.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt(exitCodes[name]));
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      state.code ??= exitCodes.SIGPIPE;
      process.exitCode = exitCodes.SIGPIPE;
      interruption.abort();
    });
  }
  return state;
}

function contextOf({ json: isJson }: ParsedCommand, signal: AbortSignal): Context {
  const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, isJson });
  const loginFile = createLoginFile(folder, terminal.warn);
  const parts = { terminal, userAgent: `image-supergraph/${version}`, settings, loginFile };
  return {
    ...parts,
    prompt: createPrompt(process.stdin, process.stderr),
    signal,
    folder,
    connect: (url, { attempts } = { attempts: 3 }) => openAccount(parts, url, attempts),
  };
}

/** Runs the command line and returns the exit code. */
async function main(): Promise<number> {
  const interruption = watchForInterruption();
  const printError = (text: string) => console.error(escapeControls(text));
  let command: ParsedCommand | undefined;
  try {
    const parsed = parseCommandLine(process.argv.slice(2), version);
    if ('text' in parsed) {
      process.stdout.write(parsed.text);
      return 0;
    }
    command = parsed.command;
    const code = await command.run(contextOf(command, interruption.signal));
    return interruption.code === exitCodes.SIGPIPE ? interruption.code : code;
  } catch (error) {
    if (interruption.code !== undefined) {
      if (interruption.code !== exitCodes.SIGPIPE) printError('Interrupted.');
      // Whatever still waits, such as for the lock of the log-in, is left.
      process.exit(interruption.code);
    }
    if (error instanceof UsageError) {
      printError(error.message);
      console.error(`\n${usageOf(error.command ?? command?.name)}`);
      return 2;
    }
    printError(error instanceof CommandError ? error.message : explainError(error, settings));
    return 1;
  }
}

process.exitCode = await main();
