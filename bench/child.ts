import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Usage } from './meter.ts';

/** A process that the benchmark has started. */
export interface Child {
  /** Where it answers GraphQL. */
  url: string;
  /** What it wrote, so that a failure can show it. */
  output(): string;
  /** Throws, with what it wrote, where it has ended. */
  requireAlive(): void;
  usage(): Promise<Usage>;
  /** Sends a word to the meter, or to the program itself, without an answer. */
  tell(word: string): void;
  /** What it says next. */
  answer(): Promise<unknown>;
  /** Sends a word that is answered. */
  request(word: string): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Program {
  name: string;
  /** From the project's root, with its arguments. */
  command: readonly string[];
  env: Record<string, string>;
  port: number;
  nodeOptions?: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
let meter = meterIn('meter.ts');
/** Of the same kind for all: nothing is logged for a request, and nothing is told to anybody's servers. */
const sameForAll = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  HOST: '127.0.0.1',
  APOLLO_TELEMETRY_DISABLED: 'true',
};
/** A profile is written within it. */
const stopWithinMs = 10_000;
const maxOutput = 10_000;
const running = new Map<ChildProcess, Child>();

/** Nothing outlives the benchmark, however it ends: the meter sees to it where this cannot. */
process.on('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL');
});

/** Which module of this folder is the meter of what is started from now on. */
export function useMeter(file: string): void {
  meter = meterIn(file);
}

function meterIn(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** Starts a program as the project's own processes are started, with the meter in it; does not wait for it to answer. */
export function startChild({ name, command, env, port, nodeOptions = [] }: Program): Child {
  const child = spawn(process.execPath, [...nodeOptions, '--import', 'tsx', '--import', meter, ...command], {
    cwd: root,
    env: { ...sameForAll, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    // The first of it says what is wrong; the rest may be a line for each request.
    stream.on('data', (text) => {
      if (output.length < maxOutput) output += text;
    });
  }
  // Not the child's own 'close', which never comes once its channel was cut off from here.
  const ends = [once(child, 'exit'), ...streams.map((stream) => once(stream, 'close'))];
  const exited = Promise.all(ends).then(() => running.delete(child));
  const requireAlive = () => {
    if (!running.has(child)) throw new Error(`${name} has ended:\n${output}`);
  };
  const tell = (word: string) => {
    requireAlive();
    child.send(word);
  };
  const answer = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), exited.then(() => [])]);
    requireAlive();
    return message;
  };
  const request = (word: string) => {
    tell(word);
    return answer();
  };
  const self: Child = {
    url: `http://127.0.0.1:${port}/graphql`,
    output: () => output,
    requireAlive,
    usage: async () => (await request('usage')) as Usage,
    tell,
    answer,
    request,
    async stop() {
      if (child.connected) child.disconnect();
      await Promise.race([exited, setTimeout(stopWithinMs, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
  running.set(child, self);
  return self;
}

/** Stops all that still run. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running.values()].map((child) => child.stop()));
}
