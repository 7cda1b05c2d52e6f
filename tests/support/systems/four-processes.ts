import { join } from 'node:path';
import type { SecretFiles } from '../../../embedded/data-folder.ts';
import { deadUrl } from '../http/servers.ts';
import { run, type Spawned } from './spawned.ts';

/** The four processes as an operator runs them, and their URLs. */
export interface FourProcesses {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  processes: Record<keyof Variables, Spawned>;
  /** Sends SIGTERM to each and gives their exit codes. */
  stop(): Promise<(number | null)[]>;
  /** Kills those still running. */
  end(): Promise<void>;
}

export interface FourProcessesSettings {
  /** The folder of databases and images. */
  folder: string;
  secrets: SecretFiles;
  /** Further environment variables. */
  more?: Partial<Variables>;
  /** The image service's URL for resources, such as that of a proxy in front of it. */
  imageServiceFor?: (url: string) => string;
}

interface Variables {
  imageService: Record<string, string>;
  auth: Record<string, string>;
  resources: Record<string, string>;
  gateway: Record<string, string>;
}

const tokenNames = {
  TOKEN_ISSUER: 'https://auth.example',
  TOKEN_AUDIENCE: 'https://api.example',
  EVENT_AUDIENCE: 'https://api.example/events',
};

/** Starts them. Resources fetch their keys from auth, and auth delivers events to resources. */
export async function startFourProcesses(settings: FourProcessesSettings): Promise<FourProcesses> {
  const { folder, secrets, more = {}, imageServiceFor = (url) => url } = settings;
  const started: Spawned[] = [];
  const start = async (file: string, env: Record<string, string>) => {
    const process = run(file, env);
    started.push(process);
    // Other log lines contain the URLs of other processes.
    const [, url = ''] = await process.find(/^(?=.*"listening").*"url":"(http:[^"]+)"/m);
    return { process, url };
  };
  const end = async () => void (await Promise.all(started.map((process) => process.end())));
  try {
    const imageService = await start('image-service/main.ts', {
      IMAGE_SERVICE_PORT: '0',
      IMAGE_SERVICE_FOLDER: join(folder, 'images'),
      IMAGE_SERVICE_TOKEN_FILE: secrets.imageServiceToken,
      ...more.imageService,
    });
    // Auth and resources each need the other's URL.
    const { port, origin } = new URL(await deadUrl());
    const auth = await start('subgraphs/auth/main.ts', {
      ...tokenNames,
      AUTH_PORT: '0',
      AUTH_DATABASE_FILE: join(folder, 'auth.sqlite'),
      SIGNING_KEYS_FOLDER: secrets.signingKeys,
      GATEWAY_KEY_FILE: secrets.gatewayKey,
      EVENT_SUBSCRIBERS: `resources=${origin}/events`,
      BCRYPT_COST: '10',
      ...more.auth,
    });
    const resources = await start('subgraphs/resources/main.ts', {
      ...tokenNames,
      RESOURCES_PORT: port,
      GATEWAY_KEY_FILE: secrets.gatewayKey,
      RESOURCES_DATABASE_FILE: join(folder, 'resources.sqlite'),
      JWKS_URL: new URL('/.well-known/jwks.json', auth.url).href,
      IMAGE_SERVICE_URL: `${imageServiceFor(imageService.url)}/images/api/v1`,
      IMAGE_SERVICE_TOKEN_FILE: secrets.imageServiceToken,
      IMAGE_PUBLIC_FETCH_ORIGIN: imageService.url,
      ...more.resources,
    });
    const gateway = await start('gateway/main.ts', {
      ...tokenNames,
      GATEWAY_PORT: '0',
      AUTH_URL: auth.url,
      RESOURCES_URL: resources.url,
      GATEWAY_KEY_FILE: secrets.gatewayKey,
      ...more.gateway,
    });
    const all = { imageService, auth, resources, gateway };
    return {
      ...mapEach(all, ({ url }) => url),
      processes: mapEach(all, ({ process }) => process),
      stop: async () => {
        for (const process of started) process.signal('SIGTERM');
        return Promise.all(started.map(({ exitCode }) => exitCode));
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function mapEach<Key extends string, From, To>(all: Record<Key, From>, map: (value: From) => To): Record<Key, To> {
  return Object.fromEntries(Object.entries<From>(all).map(([key, value]) => [key, map(value)])) as Record<Key, To>;
}
