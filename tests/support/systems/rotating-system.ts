import { join } from 'node:path';
import { startGateway } from '../../../gateway/server.ts';
import { createHttpTransport } from '../../../gateway/subgraphs/http-transport.ts';
import { startImageService } from '../../../image-service/server.ts';
import type { Running } from '../../../platform/process/lifecycle.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { createRemoteKeySet, type RemoteKeyTiming } from '../../../platform/tokens/remote-key-set.ts';
import { startAuth } from '../../../subgraphs/auth/server.ts';
import { openSqliteLimitStore } from '../../../subgraphs/auth/storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../../../subgraphs/auth/storage/sqlite/user-store.ts';
import { wholeSecond } from '../../../subgraphs/auth/tokens/key-file-name.ts';
import { addKey } from '../../../subgraphs/auth/tokens/key-folder.ts';
import type { TokenTimes } from '../../../subgraphs/auth/tokens/key-lifetimes.ts';
import { newKeyPair } from '../../../subgraphs/auth/tokens/key-pair.ts';
import { openSigningKeys } from '../../../subgraphs/auth/tokens/signing-keys.ts';
import { createImageClient } from '../../../subgraphs/resources/image-service/client.ts';
import { startResources } from '../../../subgraphs/resources/server.ts';
import { openSqliteResourceStore } from '../../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { inlineDecoder } from '../../../subgraphs/resources/testing/inline-decoder.ts';
import { testSettings } from './system.ts';

export interface RotatingSettings {
  folder: string;
  times: Required<TokenTimes>;
  /** Interval at which auth scans its folder of keys. */
  lookEveryMs: number;
  fetching: Partial<RemoteKeyTiming>;
}

export interface RotatingSystem extends Running {
  gateway: string;
  auth: string;
  resources: string;
  /** The folder of signing keys. It has one key at first. */
  signingKeys: string;
}

const log = createLogger({ service: 'test', level: 'silent' });
const listen = { host: '127.0.0.1', port: 0, portVariable: 'PORT' };
const issuer = 'urn:test:auth';
const audience = 'urn:test';
const eventAudience = 'urn:test:events';
const token = 'a token of the tests';

/** Starts a system in this process whose servers communicate over HTTP: resources fetch the keys from auth. */
export async function startRotatingSystem(settings: RotatingSettings): Promise<RotatingSystem> {
  const { folder, times, lookEveryMs, fetching } = settings;
  const signingKeys = join(folder, 'signing-keys');
  const signsFrom = wholeSecond(Date.now() - 3_600_000);
  addKey(signingKeys, { signsFrom, pair: newKeyPair(), mode: 0o600 });
  const accounts = join(folder, 'auth.sqlite');

  const imageService = await startImageService({ ...listen, token, folder: join(folder, 'images') });
  const auth = await startAuth({
    keys: openSigningKeys({ folder: signingKeys, ...times, pollIntervalMs: lookEveryMs, log }),
    store: openSqliteUserStore(accounts),
    counters: openSqliteLimitStore(accounts),
    tokens: { issuer, audience, clientId: 'test' },
    rules: { ...testSettings.accounts, accessTokenSeconds: times.tokenSeconds },
    events: { audience: eventAudience, subscribers: [] },
    listen,
    log,
  });
  const jwks = new URL('/.well-known/jwks.json', auth.url).href;
  const resources = await startResources({
    store: openSqliteResourceStore(join(folder, 'resources.sqlite')),
    verifier: { keys: createRemoteKeySet({ url: jwks, log, timing: fetching }), issuer, audience },
    eventAudience,
    imageClient: createImageClient({ baseUrl: `${imageService.url}/images/api/v1`, token, timeoutMs: 5_000 }),
    imageDecoder: inlineDecoder,
    timing: { requestMs: 10_000, settleMs: 500, reconcileEveryMs: 1_000 },
    listen,
    log,
  });
  const timeouts = { timeoutMs: 10_000, mutationTimeoutMs: 10_000 };
  const gateway = await startGateway({
    subgraphs: [
      { name: 'auth', transport: createHttpTransport(auth.url), ...timeouts },
      { name: 'resources', transport: createHttpTransport(resources.url), ...timeouts },
    ],
    verifier: { keys: createRemoteKeySet({ url: jwks, log, timing: fetching }), issuer, audience },
    corsOrigins: [],
    listen,
    log,
  });
  const running = [gateway, resources, auth, imageService];
  return {
    ...{ gateway: gateway.url, auth: auth.url, resources: resources.url, signingKeys },
    stop: async () => {
      for (const process of running) await process.stop();
    },
  };
}
