import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { readGatewayKeys } from '../../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../../platform/signatures/request-signer.ts';
import { folderOfTest } from '../support/files.ts';
import { createPersonalAccessToken } from '../support/graphql/accounts.ts';
import { resourceCount, viewer } from '../support/graphql/documents.ts';
import { requestTo, requireValue } from '../support/graphql/request.ts';
import { startFourProcesses } from '../support/systems/four-processes.ts';
import { usersAt } from '../support/systems/users.ts';

/** Starts the processes with a key for each subgraph, and without the key of `secrets` in either. */
async function startWithKeys() {
  const folder = folderOfTest();
  const createKey = (name: string) => {
    const file = join(folder, name);
    writeFileSync(file, randomBytes(32).toString('base64url'));
    return file;
  };
  const files = { auth: createKey('key-of-auth'), resources: createKey('key-of-resources') };
  const variables = (key: string) => ({ GATEWAY_KEY_FILE: key, GATEWAY_SIGNATURE: 'required' });
  const all = await startFourProcesses({
    folder,
    secrets: ensureSecrets(join(folder, 'secrets')),
    more: {
      auth: variables(files.auth),
      resources: variables(files.resources),
      gateway: { AUTH_GATEWAY_KEY_FILE: files.auth, RESOURCES_GATEWAY_KEY_FILE: files.resources },
    },
  });
  onTestFinished(() => all.end());
  return { ...all, keyOf: (name: keyof typeof files) => readGatewayKeys(readFileSync(files[name], 'utf8')) };
}

test('with a key for each subgraph, the gateway reaches both, and neither can call the other', async () => {
  const { gateway, auth, resources, keyOf } = await startWithKeys();
  const ada = await usersAt(gateway).signUp();
  expect(await ada.request.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });
  const input = { name: 'a script', scopes: ['resources:read'], expiresInDays: 1 };
  const created = await ada.request.data(createPersonalAccessToken, { input });
  const { token } = requireValue(created.createPersonalAccessToken);
  expect((await requestTo(gateway, token).data(viewer)).me).toEqual({ id: ada.id, username: ada.username });

  const body = JSON.stringify({ query: '{ __typename }' });
  const statusAt = async (url: string, signer: 'auth' | 'resources') => {
    const signed = createRequestSigner(keyOf(signer))({ method: 'POST', path: '/graphql', body });
    const headers = { 'content-type': 'application/json', ...signed };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  expect(await Promise.all([statusAt(auth, 'auth'), statusAt(resources, 'resources')])).toEqual([200, 200]);
  expect(await Promise.all([statusAt(auth, 'resources'), statusAt(resources, 'auth')])).toEqual([403, 403]);
}, 60_000);
