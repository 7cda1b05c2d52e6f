import { join } from 'node:path';
import { createHttpTransport } from '../gateway/http-transport.ts';
import { startGateway } from '../gateway/start.ts';
import { readVerificationKey } from '../runtime/access-token.ts';
import { createLogger } from '../runtime/logger.ts';
import type { Running } from '../runtime/process.ts';
import { readSecret } from '../runtime/secret-file.ts';
import { startAuth } from '../subgraphs/auth/start.ts';
import { openSqliteUserStore } from '../subgraphs/auth/storage/sqlite.ts';
import { readSigningKey } from '../subgraphs/auth/tokens.ts';
import { createImageClient } from '../subgraphs/resources/image-client.ts';
import { startResources } from '../subgraphs/resources/start.ts';
import type { ResourceStore } from '../subgraphs/resources/storage/resource-store.ts';
import { openSqliteResourceStore } from '../subgraphs/resources/storage/sqlite.ts';
import { type System, temporaryFolder } from './system.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const anyPort = { host: '127.0.0.1', port: 0, portVariable: 'PORT' };
const issuer = 'urn:image-supergraph:auth';
const audience = 'urn:image-supergraph';

/** Single processes beside a system, which take its tokens; `stop` stops all that were started. */
export function partsBeside(system: System) {
  const running: Running[] = [];
  const keep = <Started extends Running>(process: Started): Started => {
    running.push(process);
    return process;
  };
  const secret = (name: string) => join(system.dataFolder, 'secrets', name);

  return {
    keep,
    stop: async () => {
      for (const process of running.splice(0).reverse()) await process.stop();
    },

    /** A gateway before the system's subgraphs, or others; gives its URL. */
    async gateway(
      urls: { auth?: string; resources?: string },
      timeouts = { timeoutMs: 300, mutationTimeoutMs: 4_000 },
    ) {
      const subgraphs = [
        { name: 'auth', transport: createHttpTransport(urls.auth ?? system.auth), ...timeouts },
        { name: 'resources', transport: createHttpTransport(urls.resources ?? system.resources), ...timeouts },
      ];
      return keep(await startGateway({ subgraphs, corsOrigins: [], listen: anyPort, log })).url;
    },

    /** The system's auth at another port; gives its URL. */
    async authAt(port: number) {
      const settings = {
        store: openSqliteUserStore(join(system.dataFolder, 'auth.sqlite')),
        tokens: {
          signingKey: readSecret(secret('signing-key.pem'), readSigningKey),
          ...{ issuer, audience, clientId: 'test', lifetimeSeconds: 900 },
        },
        bcrypt: { cost: 4, concurrency: 1 },
      };
      return keep(await startAuth({ ...settings, listen: { ...anyPort, port }, log })).url;
    },

    /** Resources on an empty database, before another image service; gives its URL and the database's file. */
    async resources(imageServiceUrl: string, openStore: (file: string) => ResourceStore = openSqliteResourceStore) {
      const folder = temporaryFolder();
      keep({ stop: async () => folder.remove() });
      const file = join(folder.path, 'resources.sqlite');
      const verificationKey = readSecret(secret('verification-key.pem'), readVerificationKey);
      const settings = {
        store: openStore(file),
        verifier: { verificationKey, issuer, audience },
        imageClient: createImageClient({
          baseUrl: `${imageServiceUrl}/images/api/v1`,
          token: 'a token of the tests',
          timeoutMs: 500,
        }),
        timing: { requestMs: 1_000, settleMs: 500, reconcileEveryMs: 100 },
      };
      return { url: keep(await startResources({ ...settings, listen: anyPort, log })).url, file };
    },
  };
}

export type Parts = ReturnType<typeof partsBeside>;
