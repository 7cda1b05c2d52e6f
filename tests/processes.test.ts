import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureSecrets } from '../embedded/data-folder.ts';
import { createAsk } from './ask.ts';
import { deadUrl } from './servers.ts';
import { run, type Spawned } from './spawned.ts';
import { personsAt, temporaryFolder } from './system.ts';

const processes = {
  gateway: { file: 'gateway/main.ts', required: ['AUTH_URL', 'RESOURCES_URL'] },
  auth: {
    file: 'subgraphs/auth/main.ts',
    required: ['AUTH_DATABASE_FILE', 'SIGNING_KEY_FILE', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE'],
  },
  resources: {
    file: 'subgraphs/resources/main.ts',
    required: [
      ...['RESOURCES_DATABASE_FILE', 'VERIFICATION_KEY_FILE', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE'],
      ...['IMAGE_SERVICE_URL', 'IMAGE_SERVICE_TOKEN_FILE'],
    ],
  },
  'image service': { file: 'image-service/main.ts', required: ['IMAGE_SERVICE_FOLDER', 'IMAGE_SERVICE_TOKEN_FILE'] },
};

describe.each(Object.entries(processes))('%s alone', (_, { file, required }) => {
  test('has no default for what is secret or its own, and names all that is missing', async () => {
    const process = run(file, {});
    expect(await process.exitCode).toBe(1);
    for (const name of required) expect(process.stderr()).toContain(`${name} is missing`);
    expect(process.stdout()).toBe('');
  });

  test('refuses a LOG_LEVEL that there is not', async () => {
    const process = run(file, { LOG_LEVEL: 'loud' });
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toContain('LOG_LEVEL must be one of');
  });

  test('--help describes every variable', async () => {
    const process = run(file, {}, '--help');
    expect(await process.exitCode).toBe(0);
    for (const name of [...required, 'HOST']) expect(process.stdout()).toContain(name);
  });
});

describe('the four processes, each alone', () => {
  const folder = temporaryFolder();
  const started: Spawned[] = [];
  const start = async (file: string, env: Record<string, string>) => {
    const process = run(file, env);
    started.push(process);
    const [, url = ''] = await process.find(/"url":"(http:[^"]+)"/);
    return url;
  };
  let gateway: string;

  beforeAll(async () => {
    const secrets = ensureSecrets(join(folder.path, 'secrets'));
    const tokens = { TOKEN_ISSUER: 'https://auth.example', TOKEN_AUDIENCE: 'https://api.example' };
    const imageService = await start('image-service/main.ts', {
      IMAGE_SERVICE_PORT: '0',
      IMAGE_SERVICE_FOLDER: join(folder.path, 'images'),
      IMAGE_SERVICE_TOKEN_FILE: secrets.imageServiceToken,
    });
    const auth = await start('subgraphs/auth/main.ts', {
      ...tokens,
      AUTH_PORT: '0',
      AUTH_DATABASE_FILE: join(folder.path, 'auth.sqlite'),
      SIGNING_KEY_FILE: secrets.signingKey,
      BCRYPT_COST: '10',
    });
    const resources = await start('subgraphs/resources/main.ts', {
      ...tokens,
      RESOURCES_PORT: '0',
      RESOURCES_DATABASE_FILE: join(folder.path, 'resources.sqlite'),
      VERIFICATION_KEY_FILE: secrets.verificationKey,
      IMAGE_SERVICE_URL: `${imageService}/images/api/v1`,
      IMAGE_SERVICE_TOKEN_FILE: secrets.imageServiceToken,
    });
    gateway = await start('gateway/main.ts', { GATEWAY_PORT: '0', AUTH_URL: auth, RESOURCES_URL: resources });
  });
  afterAll(async () => {
    for (const process of started) process.signal('SIGTERM');
    expect(await Promise.all(started.map(({ exitCode }) => exitCode))).toEqual([0, 0, 0, 0]);
    folder.remove();
  });

  test('are one supergraph', async () => {
    const ada = await personsAt(gateway).signUp();
    await ada.create('From four processes');
    expect(await ada.ask.data('{ me { username } resources { nodes { title owner { username } } } }')).toEqual({
      me: { username: ada.username },
      resources: { nodes: [{ title: 'From four processes', owner: { username: ada.username } }] },
    });
  });

  test.each(['live', 'ready'])('each says that it is %s', async (state) => {
    const urls = await Promise.all(started.map((process) => process.find(/"url":"(http:[^"]+)"/)));
    for (const [, url = ''] of urls) {
      const response = await fetch(new URL(`/health/${state}`, url));
      expect({ url, status: response.status }).toEqual({ url, status: 200 });
    }
  });
});

test('a gateway needs no subgraph to start', async () => {
  const url = await deadUrl();
  const process = run('gateway/main.ts', {
    GATEWAY_PORT: '0',
    AUTH_URL: `${url}/graphql`,
    RESOURCES_URL: `${url}/graphql`,
  });
  const [, gateway = ''] = await process.find(/"url":"(http:[^"]+)"/);
  expect(await createAsk(gateway).refusal('{ me { id } }')).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
});
