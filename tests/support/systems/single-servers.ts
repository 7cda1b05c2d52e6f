import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorName } from '../../../gateway/executor.ts';
import { startGateway } from '../../../gateway/server.ts';
import { createHttpTransport } from '../../../gateway/subgraphs/http-transport.ts';
import type { DocumentLimits } from '../../../platform/graphql/document-limits/limits.ts';
import type { Running } from '../../../platform/process/lifecycle.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { readGatewayKeys } from '../../../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../../../platform/signatures/request-signer.ts';
import { type AccountRules, startAuth } from '../../../subgraphs/auth/server.ts';
import { openSqliteLimitStore } from '../../../subgraphs/auth/storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../../../subgraphs/auth/storage/sqlite/user-store.ts';
import { openSigningKeys } from '../../../subgraphs/auth/tokens/signing-keys.ts';
import { createImageClient } from '../../../subgraphs/resources/image-service/client.ts';
import { startResources } from '../../../subgraphs/resources/server.ts';
import type { ResourceStore } from '../../../subgraphs/resources/storage/resource-store.ts';
import { openSqliteResourceStore } from '../../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { inlineDecoder } from '../../../subgraphs/resources/testing/inline-decoder.ts';
import { temporaryFolder } from '../files.ts';
import { startRouterBefore } from './router.ts';
import { type System, testSettings } from './system.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const anyPort = { host: '127.0.0.1', port: 0, portVariable: 'PORT' };
const issuer = 'urn:image-supergraph:auth';
const audience = 'urn:image-supergraph';
const eventAudience = 'urn:image-supergraph:events';

interface GatewayVariant {
  executor?: ExecutorName;
  timeoutMs?: number;
  mutationTimeoutMs?: number;
  documentLimits?: DocumentLimits;
  introspection?: boolean;
}

/** Starts single servers that accept a system's tokens. `stop` stops all of them. */
export function serversBeside(system: System) {
  const running: Running[] = [];
  const stopLater = <Started extends Running>(server: Started): Started => {
    running.push(server);
    return server;
  };
  const openKeys = () =>
    openSigningKeys({ folder: join(system.dataFolder, 'secrets', 'signing-keys'), tokenSeconds: 900, log });

  const secret = (name: string) => readFileSync(join(system.dataFolder, 'secrets', name), 'utf8').trim();

  const resourcesSettings = (imageServiceUrl: string, token: string) => ({
    verifier: { keys: openKeys(), issuer, audience },
    eventAudience,
    imageClient: createImageClient({ baseUrl: `${imageServiceUrl}/images/api/v1`, token, timeoutMs: 1_000 }),
    imageDecoder: inlineDecoder,
    timing: { requestMs: 3_000, settleMs: 500, reconcileEveryMs: 100 },
  });

  return {
    /** Adds a server that `stop` stops. */
    stopLater,
    stop: async () => {
      for (const server of running.splice(0).reverse()) await server.stop();
    },

    /** Starts a gateway in front of the system's subgraphs, or of others, and gives its URL. */
    async gateway(
      urls: { auth?: string; resources?: string },
      { executor = 'compiled', timeoutMs = 1_500, mutationTimeoutMs = 20_000, ...limits }: GatewayVariant = {},
    ) {
      const timeouts = { timeoutMs, mutationTimeoutMs };
      const { auth = system.auth, resources = system.resources } = urls;
      const router = await startRouterBefore({ auth, resources }, { dataFolder: system.dataFolder, ...timeouts });
      if (router) return stopLater(router).url;
      const signRequest = createRequestSigner(readGatewayKeys(secret('client-address-key')));
      const subgraphs = [
        { name: 'auth', transport: createHttpTransport(auth, { signRequest }), ...timeouts },
        { name: 'resources', transport: createHttpTransport(resources, { signRequest }), ...timeouts },
      ];
      const verifier = { keys: openKeys(), issuer, audience };
      const settings = { subgraphs, verifier, executor, ...limits, corsOrigins: [] };
      return stopLater(await startGateway({ ...settings, listen: anyPort, log })).url;
    },

    /** Starts auth on the system's database, at another port, and gives its URL. Delivers events to `resourcesUrl`. */
    async authAt(port: number, { resourcesUrl, ...rules }: { resourcesUrl?: string } & Partial<AccountRules> = {}) {
      const file = join(system.dataFolder, 'auth.sqlite');
      const url = resourcesUrl && new URL('/events', resourcesUrl).href;
      const subscribers = url ? [{ name: 'resources', url }] : [];
      const settings = {
        keys: openKeys(),
        store: openSqliteUserStore(file, { subscribers: subscribers.map(({ name }) => name) }),
        counters: openSqliteLimitStore(file),
        tokens: { issuer, audience, clientId: 'test' },
        rules: { ...testSettings.accounts, ...rules },
        events: { audience: eventAudience, subscribers },
      };
      return stopLater(await startAuth({ ...settings, listen: { ...anyPort, port }, log })).url;
    },

    /** Starts resources on the system's database, at another port, and gives their URL. */
    async resourcesAt(port: number) {
      const settings = {
        store: openSqliteResourceStore(join(system.dataFolder, 'resources.sqlite')),
        ...resourcesSettings(system.imageService, secret('image-service-token')),
      };
      return stopLater(await startResources({ ...settings, listen: { ...anyPort, port }, log })).url;
    },

    /** Starts resources on an empty database with another image service. Gives their URL and the database's file. */
    async resources(imageServiceUrl: string, openStore: (file: string) => ResourceStore = openSqliteResourceStore) {
      const folder = temporaryFolder();
      stopLater({ stop: async () => folder.remove() });
      const file = join(folder.path, 'resources.sqlite');
      const settings = { store: openStore(file), ...resourcesSettings(imageServiceUrl, 'a token of the tests') };
      return { url: stopLater(await startResources({ ...settings, listen: anyPort, log })).url, file };
    },
  };
}

export type SingleServers = ReturnType<typeof serversBeside>;
