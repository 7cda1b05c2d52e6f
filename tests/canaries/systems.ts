import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSecrets, type SecretFiles } from '../../embedded/data-folder.ts';
import { listen } from '../support/http/servers.ts';
import { startFourProcesses } from '../support/systems/four-processes.ts';
import { run, type Spawned } from '../support/systems/spawned.ts';
import type { Place } from './search.ts';

/** The whole system as processes that log everything. */
export interface World {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  folder: string;
  secrets: SecretFiles;
  processes: Record<string, Spawned>;
  /** Ways in which the image service fails: each lets it, until what it gives is called. */
  failings: (() => Promise<() => Promise<void>>)[];
  /** Asks all processes to stop; gives the exit codes. */
  stop(): Promise<(number | null)[]>;
  end(): Promise<void>;
}

/** What makes rules bite within a test. */
const strict = { BCRYPT_COST: '10', REFRESH_REUSE_GRACE_SECONDS: '0', LOGIN_FAILURES_PER_ACCOUNT: '3' };
const loud = { LOG_LEVEL: 'trace' };

/** `npm start`: everything in one process. */
export async function startInOneProcess(folder: string): Promise<World> {
  const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
  const process = run('start.ts', { ...ports, ...strict, ...loud, DATA_FOLDER: folder });
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
    failings: [moveImages],
    stop: async () => {
      process.signal('SIGTERM');
      return [await process.exitCode];
    },
    end: () => process.end(),
  };
}

/** Four processes, with a door before the image service that can be shut. */
export async function startInFourProcesses(folder: string): Promise<World> {
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const door = await openDoor();
  const resources = { ...loud, IMAGE_SERVICE_TIMEOUT_MS: '5000', IMAGE_SERVICE_SETTLE_SECONDS: '1' };
  const { stop, end, ...four } = await startFourProcesses({
    ...{ folder, secrets },
    more: { imageService: loud, auth: { ...strict, ...loud }, resources, gateway: loud },
    imageServiceFor: door.before,
  });
  return {
    ...{ ...four, folder, secrets, failings: [door.shut, door.repeatAll], stop },
    end: async () => {
      await end();
      await door.stop();
    },
  };
}

/** A server before another, which passes requests on, or hangs up on them, or fails and repeats all that it was sent. */
async function openDoor() {
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
    // It may be stopped before those who ask it.
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

/** All that the processes have written. */
export function outputsOf({ processes }: Pick<World, 'processes'>): Place[] {
  return Object.entries(processes).flatMap(([name, { stdout, stderr }]) => [
    { name: `log of ${name}`, bytes: Buffer.from(stdout()) },
    { name: `stderr of ${name}`, bytes: Buffer.from(stderr()) },
  ]);
}

/** Every file of a data folder as it is just now, with its name; those of its secrets are left out. */
export function filesOf(folder: string): Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.startsWith(join(folder, 'secrets')))
    .map((path) => {
      const name = path.slice(folder.length + 1);
      return { name, bytes: Buffer.concat([Buffer.from(`${name}\n`), readFileSync(path)]) };
    });
}
