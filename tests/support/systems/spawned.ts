import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A process of the project, run as an operator runs it: from environment variables and nothing else. */
export interface Spawned {
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** The first match in what it writes to standard output; fails where it exits before. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Ctrl-C in a terminal: SIGINT to the process and all that it has started. */
  interrupt(): void;
  exitCode: Promise<number | null>;
  /** Kills it and all that it has started, where it still runs. */
  end(): Promise<void>;
}

export function run(file: string, env: Record<string, string>, ...args: string[]): Spawned {
  return runCommand([process.execPath, '--import', 'tsx', file, ...args], env);
}

export function runCommand([command = '', ...args]: string[], env: Record<string, string>): Spawned {
  // A group of its own, as a terminal gives to what it runs.
  const child = spawn(command, args, { cwd: root, env: { PATH: process.env.PATH ?? '', ...env }, detached: true });
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
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    exitCode,
    signal: (name) => void child.kill(name),
    interrupt: () => void process.kill(-Number(child.pid), 'SIGINT'),
    end: async () => {
      if (!hasExited) process.kill(-Number(child.pid), 'SIGKILL');
      await exitCode;
    },
    async find(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        if (hasExited) throw new Error(`It exited before it wrote ${pattern}:\n${stdout}\n${stderr}`);
        await Promise.race([once(child.stdout, 'data'), exitCode]);
      }
    },
  };
}
