import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Usage } from './meter.ts';

/** A child process of the benchmark. */
export interface Child {
  /** Its GraphQL endpoint. */
  url: string;
  pid: number;
  /** The beginning of its standard output and error, for failure messages. */
  output(): string;
  /** Throws with the output if the process has ended. */
  requireAlive(): void;
  usage(): Promise<Usage>;
  /** Sends a message to the meter or the program. */
  send(message: string): void;
  /** Resolves to the next message of the process. */
  nextMessage(): Promise<unknown>;
  /** Sends a message and resolves to the reply. */
  request(message: string): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Program {
  name: string;
  /** A path below the project's root, and arguments. */
  command: readonly string[];
  env: Record<string, string>;
  port: number;
  nodeOptions?: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
let meter = new URL('meter.ts', import.meta.url);
/** For every process: no request logs, and no telemetry. */
const commonEnv = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  HOST: '127.0.0.1',
  APOLLO_TELEMETRY_DISABLED: 'true',
};
/** Long enough to write a CPU profile. */
const stopTimeoutMs = 10_000;
const maxOutputLength = 10_000;
const running = new Map<ChildProcess, Child>();

/** No process outlives the benchmark. If this handler cannot run, the meter ends the process. */
process.on('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL');
});

/** Sets the module that is preloaded into all processes started from now on. */
export function useMeter(module: URL): void {
  meter = module;
}

/** Starts a program with the meter preloaded. Does not wait until it responds. */
export function startChild({ name, command, env, port, nodeOptions = [] }: Program): Child {
  const child = spawn(
    process.execPath,
    [...nodeOptions, '--import', 'tsx', '--import', fileURLToPath(meter), ...command],
    {
      cwd: root,
      env: { ...commonEnv, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let output = '';
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    // The beginning tells what is wrong; the rest may be one line per request.
    stream.on('data', (text) => {
      if (output.length < maxOutputLength) output += text;
    });
  }
  // Not the event 'close' of the child, which is not emitted after `disconnect()`.
  const ends = [once(child, 'exit'), ...streams.map((stream) => once(stream, 'close'))];
  const exited = Promise.all(ends).then(() => running.delete(child));
  const requireAlive = () => {
    if (!running.has(child)) throw new Error(`${name} has ended:\n${output}`);
  };
  const send = (message: string) => {
    requireAlive();
    child.send(message);
  };
  const nextMessage = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), exited.then(() => [])]);
    requireAlive();
    return message;
  };
  const request = (message: string) => {
    send(message);
    return nextMessage();
  };
  const self: Child = {
    url: `http://127.0.0.1:${port}/graphql`,
    pid: child.pid ?? Number.NaN,
    output: () => output,
    requireAlive,
    usage: async () => (await request('usage')) as Usage,
    send,
    nextMessage,
    request,
    async stop() {
      if (child.connected) child.disconnect();
      await Promise.race([exited, setTimeout(stopTimeoutMs, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
  running.set(child, self);
  return self;
}

/** Stops all running child processes. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running.values()].map((child) => child.stop()));
}
