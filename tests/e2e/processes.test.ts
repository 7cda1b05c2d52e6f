import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { forgeWith, newPair } from '../../platform/testing/forged-tokens.ts';
import { graphql } from '../generated/gql.ts';
import { folderOfTest, temporaryFolder } from '../support/files.ts';
import {
  createPersonalAccessToken,
  deleteAccount,
  logIn,
  logOut,
  revokePersonalAccessToken,
  sessionsOf,
} from '../support/graphql/accounts.ts';
import { oneResource, resourceCount, viewer } from '../support/graphql/documents.ts';
import { requestTo, requireValue } from '../support/graphql/request.ts';
import { deadUrl } from '../support/http/servers.ts';
import { type FourProcesses, startFourProcesses } from '../support/systems/four-processes.ts';
import { run } from '../support/systems/spawned.ts';
import { type TestUser, usersAt } from '../support/systems/users.ts';

const processes = {
  gateway: { file: 'gateway/main.ts', required: ['AUTH_URL', 'RESOURCES_URL', 'CLIENT_ADDRESS_KEY_FILE'] },
  auth: {
    file: 'subgraphs/auth/main.ts',
    required: [
      ...['AUTH_DATABASE_FILE', 'SIGNING_KEYS_FOLDER', 'CLIENT_ADDRESS_KEY_FILE', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE'],
      'EVENT_AUDIENCE',
    ],
  },
  resources: {
    file: 'subgraphs/resources/main.ts',
    required: [
      ...['RESOURCES_DATABASE_FILE', 'VERIFICATION_KEY_FILE', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'EVENT_AUDIENCE'],
      ...['IMAGE_SERVICE_URL', 'IMAGE_SERVICE_TOKEN_FILE'],
    ],
  },
  'image service': { file: 'image-service/main.ts', required: ['IMAGE_SERVICE_FOLDER', 'IMAGE_SERVICE_TOKEN_FILE'] },
};

describe.each(Object.entries(processes))('%s alone', (_, { file, required }) => {
  test('has no default for secrets and locations, and lists all missing variables', async () => {
    const process = run(file, {});
    expect(await process.exitCode).toBe(1);
    for (const name of required) expect(process.stderr()).toContain(`${name} is missing`);
    expect(process.stdout()).toBe('');
  });

  test('rejects an unknown LOG_LEVEL', async () => {
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

describe('four separate processes', () => {
  const folder = temporaryFolder();
  let all: FourProcesses;

  beforeAll(async () => {
    all = await startFourProcesses({
      folder: folder.path,
      secrets: ensureSecrets(join(folder.path, 'secrets')),
      more: {
        auth: { LOGIN_FAILURES_PER_ACCOUNT: '2', GATEWAY_SIGNATURE: 'required' },
        resources: { GATEWAY_SIGNATURE: 'required' },
        gateway: { TRUSTED_PROXIES: 'loopback' },
      },
    });
  });
  afterAll(async () => {
    expect(await all.stop()).toEqual([0, 0, 0, 0]);
    folder.remove();
  });

  test('form one supergraph', async () => {
    const ada = await usersAt(all.gateway).signUp();
    await ada.create('From four processes');
    expect(await ada.request.data(oneSupergraph)).toEqual({
      me: { username: ada.username },
      resources: { nodes: [{ title: 'From four processes', owner: { username: ada.username } }] },
    });
  });

  test('the subgraphs answer nobody but the gateway at /graphql, and the keys of tokens are public', async () => {
    const { accessToken } = await usersAt(all.gateway).signUp();
    for (const url of [all.auth, all.resources]) {
      const response = await requestTo(url, accessToken)(viewer);
      expect([response.status, response.errors]).toMatchObject([403, [{ extensions: { code: 'FORBIDDEN' } }]]);
      expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    }
    expect((await fetch(new URL('/.well-known/jwks.json', all.auth))).status).toBe(200);
  });

  test('the gateway exchanges a personal access token at auth, until it is revoked', async () => {
    const { signUp, as } = usersAt(all.gateway);
    const ada = await signUp();
    const input = { name: 'a script', scopes: ['resources:read'], expiresInDays: 1 };
    const created = await ada.request.data(createPersonalAccessToken, { input });
    const { token, personalAccessToken } = requireValue(created.createPersonalAccessToken);
    const script = as(token);
    expect(await script.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });
    await ada.request.data(revokePersonalAccessToken, { input: { id: personalAccessToken.id } });
    await expectEnded({ ...ada, request: script });
    for (const process of Object.values(all.processes)) expect(process.stdout()).not.toContain(token.slice(8));
  });

  test('auth notifies resources that a session has ended', async () => {
    const { signUp, request } = usersAt(all.gateway);
    const ada = await signUp();
    await request.data(logOut, { input: { refreshToken: ada.refreshToken } });
    await expectEnded(ada);
  });

  test('auth notifies resources that an account was deleted, whose images are then deleted', async () => {
    const ada = await usersAt(all.gateway).signUp();
    const id = await ada.create();
    const { url } = requireValue((await ada.request.data(oneResource, { id })).resource).image;
    expect((await fetch(url)).status).toBe(200);
    await ada.request.data(deleteAccount, { input: { password: ada.password } });
    await expectEnded(ada);
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), 30_000);
  });

  test('the gateway sends auth the client’s address and user agent', async () => {
    const { username, password } = await usersAt(all.gateway).signUp();
    const from = (address: string) =>
      requestTo(all.gateway, undefined, { 'x-forwarded-for': address, 'user-agent': 'phone/1' });
    const wrong = { input: { username, password: 'wrong horse' } };
    for (let time = 1; time <= 2; time++) await from('198.51.100.1').error(logIn, wrong);
    const right = { input: { username, password } };
    expect(await from('198.51.100.1').error(logIn, right)).toMatchObject({ code: 'RATE_LIMITED' });
    const { login } = await from('198.51.100.2').data(logIn, right);
    expect(await sessionsOf(requestTo(all.gateway, requireValue(login).accessToken))).toMatchObject([
      { isCurrent: true, userAgent: 'phone/1' },
      { isCurrent: false, userAgent: 'node' },
    ]);
  });

  test.each(['live', 'ready'])('each reports that it is %s', async (state) => {
    for (const url of [all.gateway, all.auth, all.resources, all.imageService]) {
      const response = await fetch(new URL(`/health/${state}`, url));
      expect({ url, status: response.status }).toEqual({ url, status: 200 });
    }
  });
});

const oneSupergraph = graphql(`
  query OneSupergraph { me { username } resources { nodes { title owner { username } } } }
`);

/** Waits until resources reject the user's token. */
async function expectEnded({ request }: TestUser): Promise<void> {
  const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
  const expectEnded = async () => expect(await request.error(resourceCount)).toEqual(ended);
  await vi.waitFor(expectEnded, { timeout: 30_000, interval: 20 });
}

test('resources cannot require the signatures of a gateway whose key they do not have', async () => {
  const process = run('subgraphs/resources/main.ts', { GATEWAY_SIGNATURE: 'required' });
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toContain('GATEWAY_SIGNATURE must not be required without GATEWAY_KEY_FILE');
});

test('a gateway starts without subgraphs', async () => {
  const url = await deadUrl();
  const { gatewayKey } = ensureSecrets(folderOfTest());
  const process = run('gateway/main.ts', {
    GATEWAY_PORT: '0',
    AUTH_URL: `${url}/graphql`,
    RESOURCES_URL: `${url}/graphql`,
    CLIENT_ADDRESS_KEY_FILE: gatewayKey,
  });
  const [, gateway = ''] = await process.find(/"url":"(http:[^"]+)"/);
  const input = { username: 'ada', password: 'correct horse' };
  expect(await requestTo(gateway).error(logIn, { input })).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  expect(await requestTo(gateway, forgeWith(newPair())()).error(viewer)).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
});
