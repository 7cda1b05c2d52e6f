import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A process of the project, run as an operator would: its environment is what the test passes. */
export interface Spawned {
  pid: number;
  /** Output so far. */
  stdout(): string;
  stderr(): string;
  /** Waits for the first match in its standard output. Rejects if it exits before. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  /** Writes to its standard input, and closes that with `isLast`. */
  send(text: string, options?: { isLast: boolean }): void;
  signal(name: NodeJS.Signals): void;
  /** Sends SIGINT to it and all of its children, as Ctrl-C in a terminal does. */
  interrupt(): void;
  exitCode: Promise<number | null>;
  /** Kills it and all of its children, if it is still running. */
  end(): Promise<void>;
}

/** Node strips types itself from 22.18 on, and needs tsx before. */
const stripsTypes = 'typescript' in process.features && Boolean(process.features.typescript);
const loader = stripsTypes ? [] : ['--import', 'tsx'];

export function run(file: string, env: Record<string, string>, ...args: string[]): Spawned {
  return runCommand([process.execPath, ...loader, file, ...args], env);
}

export function runCommand(
  [command = '', ...args]: string[],
  env: Record<string, string>,
  { cwd = root } = {},
): Spawned {
  // In its own process group, as in a terminal.
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? '', ...env }, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  let hasExited = false;
  const exitCode = once(child, 'close').then(([code]) => {
    hasExited = true;
    return code as number | null;
  });
  const pid = Number(child.pid);
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    exitCode,
    send: (text, { isLast } = { isLast: false }) => void (isLast ? child.stdin.end(text) : child.stdin.write(text)),
    signal: (name) => void child.kill(name),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    end: async () => {
      if (!hasExited) process.kill(-pid, 'SIGKILL');
      await exitCode;
    },
    async find(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        if (hasExited) throw new Error(`The process exited before it printed ${pattern}:\n${stdout}\n${stderr}`);
        await Promise.race([once(child.stdout, 'data'), exitCode]);
      }
    },
  };
}
