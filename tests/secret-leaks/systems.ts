import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSecrets, type SecretFiles } from '../../embedded/data-folder.ts';
import { listen } from '../support/http/servers.ts';
import { startFourProcesses } from '../support/systems/four-processes.ts';
import { run, type Spawned } from '../support/systems/spawned.ts';
import type { Output } from './secret-search.ts';

/** A whole system whose processes log at level trace. */
export interface SystemUnderTest {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  folder: string;
  secrets: SecretFiles;
  processes: Record<string, Spawned>;
  /** Ways to make the image service fail. Each gives a function that ends the failure. */
  imageServiceFailures: (() => Promise<() => Promise<void>>)[];
  /** Sends SIGTERM to all processes and gives their exit codes. */
  stop(): Promise<(number | null)[]>;
  end(): Promise<void>;
}

/** Rules that a test can reach. */
const strictRules = {
  BCRYPT_COST: '10',
  REFRESH_REUSE_GRACE_SECONDS: '0',
  REFRESH_RETRY_SECONDS: '0',
  LOGIN_FAILURES_PER_ACCOUNT: '3',
};
const traceLog = { LOG_LEVEL: 'trace' };

/** Starts everything in one process, as `npm start` does. */
export async function startInOneProcess(folder: string): Promise<SystemUnderTest> {
  const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
  const process = run('start.ts', { ...ports, ...strictRules, ...traceLog, DATA_FOLDER: folder });
  const urlOf = async (name: string) =>
    (await process.find(new RegExp(`^ *${name} +(http:\\S+)[\\s\\S]*Ctrl-C`, 'm')))[1] ?? '';
  const images = join(folder, 'images');
  const moveImages = async () => {
    renameSync(images, `${images}.away`);
    writeFileSync(images, 'no folder');
    return async () => {
      rmSync(images);
      renameSync(`${images}.away`, images);
    };
  };
  return {
    gateway: await urlOf('gateway'),
    auth: await urlOf('auth'),
    resources: await urlOf('resources'),
    imageService: await urlOf('image service'),
    folder,
    secrets: ensureSecrets(join(folder, 'secrets')),
    processes: { 'npm start': process },
    imageServiceFailures: [moveImages],
    stop: async () => {
      process.signal('SIGTERM');
      return [await process.exitCode];
    },
    end: () => process.end(),
  };
}

/** Starts four processes, with a gate in front of the image service. */
export async function startInFourProcesses(folder: string): Promise<SystemUnderTest> {
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const gate = await startGate();
  const resources = { ...traceLog, IMAGE_SERVICE_TIMEOUT_MS: '5000', IMAGE_SERVICE_SETTLE_SECONDS: '1' };
  const { stop, end, ...four } = await startFourProcesses({
    ...{ folder, secrets },
    more: { imageService: traceLog, auth: { ...strictRules, ...traceLog }, resources, gateway: traceLog },
    imageServiceFor: gate.before,
  });
  return {
    ...{ ...four, folder, secrets, imageServiceFailures: [gate.shut, gate.repeatAll], stop },
    end: async () => {
      await end();
      await gate.stop();
    },
  };
}

/** A proxy that forwards requests, closes their connections, or answers 500 with everything that they sent. */
async function startGate() {
  let behind = '';
  let failing: 'shut' | 'repeatAll' | undefined;
  const { url, stop } = await listen(async (req, res) => {
    if (failing === 'shut') return void req.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (failing === 'repeatAll') return void res.writeHead(500).end(`${JSON.stringify(req.headers)}\n${body}`);
    const headers = Object.entries(req.headers).filter(([name]) => !/^(host|connection|content-length)$/.test(name));
    const request = {
      method: req.method ?? 'GET',
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length > 0 && { body }),
    };
    // The service may be stopped before its clients.
    const answer = await fetch(`${behind}${req.url}`, request).catch(() => undefined);
    if (!answer) return void req.destroy();
    res.writeHead(answer.status, [...answer.headers].flat()).end(Buffer.from(await answer.arrayBuffer()));
  });
  const fail = (how: 'shut' | 'repeatAll') => async () => {
    failing = how;
    return async () => {
      failing = undefined;
    };
  };
  const before = (imageService: string) => {
    behind = imageService;
    return url;
  };
  return { stop, before, shut: fail('shut'), repeatAll: fail('repeatAll') };
}

/** Everything that the processes have printed. */
export function outputsOf({ processes }: Pick<SystemUnderTest, 'processes'>): Output[] {
  return Object.entries(processes).flatMap(([name, { stdout, stderr }]) => [
    { name: `log of ${name}`, bytes: Buffer.from(stdout()) },
    { name: `stderr of ${name}`, bytes: Buffer.from(stderr()) },
  ]);
}

/** The name and contents of every file in a data folder, except for its secrets. */
export function filesOf(folder: string): Output[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.startsWith(join(folder, 'secrets')))
    .map((path) => {
      const name = path.slice(folder.length + 1);
      return { name, bytes: Buffer.concat([Buffer.from(`${name}\n`), readFileSync(path)]) };
    });
}
