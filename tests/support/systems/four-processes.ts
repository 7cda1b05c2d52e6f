import { join } from 'node:path';
import type { SecretFiles } from '../../../embedded/data-folder.ts';
import { deadUrl } from '../http/servers.ts';
import { run, type Spawned } from './spawned.ts';

/** The four processes as an operator runs them, each alone, and where each answers. */
export interface FourProcesses {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  /** By what they are. */
  processes: Record<keyof Variables, Spawned>;
  /** Asks each to stop; gives the exit codes. */
  stop(): Promise<(number | null)[]>;
  /** Kills what still runs. */
  end(): Promise<void>;
}

export interface FourProcessesSettings {
  /** Of databases and images. */
  folder: string;
  secrets: SecretFiles;
  /** What they are given beside what they need. */
  more?: Partial<Variables>;
  /** Where resources are told that the image service is, where that is not where it is. */
  imageServiceFor?: (url: string) => string;
}

interface Variables {
  imageService: Record<string, string>;
  auth: Record<string, string>;
  resources: Record<string, string>;
  gateway: Record<string, string>;
}

/** Who signs, and for whom. */
const tokenNames = {
  TOKEN_ISSUER: 'https://auth.example',
  TOKEN_AUDIENCE: 'https://api.example',
  EVENT_AUDIENCE: 'https://api.example/events',
};

/** Starts them: resources have their keys from auth's URL, and auth tells resources what has ended. */
export async function startFourProcesses(settings: FourProcessesSettings): Promise<FourProcesses> {
  const { folder, secrets, more = {}, imageServiceFor = (url) => url } = settings;
  const started: Spawned[] = [];
  const start = async (file: string, env: Record<string, string>) => {
    const process = run(file, env);
    started.push(process);
    // Other lines name the URLs of others.
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
    // Each of the two needs the other's URL.
    const { port, origin } = new URL(await deadUrl());
    const auth = await start('subgraphs/auth/main.ts', {
      ...tokenNames,
      AUTH_PORT: '0',
      AUTH_DATABASE_FILE: join(folder, 'auth.sqlite'),
      SIGNING_KEYS_FOLDER: secrets.signingKeys,
      CLIENT_ADDRESS_KEY_FILE: secrets.clientAddressKey,
      EVENT_SUBSCRIBERS: `resources=${origin}/events`,
      BCRYPT_COST: '10',
      ...more.auth,
    });
    const resources = await start('subgraphs/resources/main.ts', {
      ...tokenNames,
      RESOURCES_PORT: port,
      RESOURCES_DATABASE_FILE: join(folder, 'resources.sqlite'),
      JWKS_URL: new URL('/.well-known/jwks.json', auth.url).href,
      IMAGE_SERVICE_URL: `${imageServiceFor(imageService.url)}/images/api/v1`,
      IMAGE_SERVICE_TOKEN_FILE: secrets.imageServiceToken,
      IMAGE_PUBLIC_FETCH_ORIGIN: imageService.url,
      ...more.resources,
    });
    const gateway = await start('gateway/main.ts', {
      GATEWAY_PORT: '0',
      AUTH_URL: auth.url,
      RESOURCES_URL: resources.url,
      CLIENT_ADDRESS_KEY_FILE: secrets.clientAddressKey,
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
