import { join } from 'node:path';
import type { ExecutorName } from '../gateway/gateway.ts';
import { createHttpTransport } from '../gateway/http-transport.ts';
import { createMemoryTransport } from '../gateway/memory-transport.ts';
import { startGateway } from '../gateway/start.ts';
import { startImageService } from '../image-service/start.ts';
import { readVerificationKey } from '../runtime/access-token.ts';
import { explainListen, type RunningServer } from '../runtime/graphql-server.ts';
import { createLogger, type LogLevel } from '../runtime/logger.ts';
import type { Running } from '../runtime/process.ts';
import { readSecret } from '../runtime/secret-file.ts';
import { startAuth } from '../subgraphs/auth/start.ts';
import { openSqliteUserStore } from '../subgraphs/auth/storage/sqlite.ts';
import { readSigningKey } from '../subgraphs/auth/tokens.ts';
import { createImageClient, readImageServiceToken } from '../subgraphs/resources/image-client.ts';
import { startResources } from '../subgraphs/resources/start.ts';
import { openSqliteResourceStore } from '../subgraphs/resources/storage/sqlite.ts';
import { timingOf } from '../subgraphs/resources/timing.ts';
import { ensureSecrets, openFolder } from './data-folder.ts';

export interface SupergraphSettings {
  dataFolder: string;
  host: string;
  /** 0 for any that is free. */
  ports: { gateway: number; auth: number; resources: number; imageService: number };
  executor: ExecutorName;
  /** How the gateway calls the subgraphs: in memory, or as it would if each were a process of its own. */
  calls: 'memory' | 'network';
  corsOrigins: readonly string[];
  bcrypt: { cost: number; concurrency: number };
  logLevel: LogLevel;
}

/** Where each process answers. */
export interface Supergraph extends Running {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
}

const issuer = 'urn:image-supergraph:auth';
const audience = 'urn:image-supergraph';
const subgraphTimeoutMs = 10_000;
const imageTimeoutMs = 20_000;
const imageServiceTimeoutMs = 8_000;
const imageServiceSettleSeconds = 60;
const accessTokenSeconds = 900;

/** Starts every process inside this one, each listening as it would alone; what was started stops where one cannot. */
export async function startSupergraph(settings: SupergraphSettings): Promise<Supergraph> {
  const started: Running[] = [];
  const keep = <Started extends Running>(process: Started): Started => {
    started.unshift(process);
    return process;
  };
  // The last that was started stops first: nobody loses what it still needs.
  const stop = async () => {
    for (const process of started) await process.stop();
  };
  try {
    return { ...(await startAll(settings, keep)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Keep = <Started extends Running>(process: Started) => Started;

async function startAll({ dataFolder, host, ports, ...settings }: SupergraphSettings, keep: Keep) {
  const folder = openFolder(dataFolder);
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const signingKey = readSecret(secrets.signingKey, readSigningKey);
  const verificationKey = readSecret(secrets.verificationKey, readVerificationKey);
  const token = readSecret(secrets.imageServiceToken, readImageServiceToken);
  const log = (service: string) => createLogger({ service, level: settings.logLevel });

  const imageService = keep(
    await startImageService({
      host,
      port: ports.imageService,
      token,
      folder: openFolder(join(folder, 'images')),
      log: log('image-service'),
    }).catch((error: Error) => {
      throw explainListen(error, { host, port: ports.imageService, portVariable: 'IMAGE_SERVICE_PORT' });
    }),
  );
  const resources = keep(
    await startResources({
      store: openSqliteResourceStore(join(folder, 'resources.sqlite')),
      verifier: { verificationKey, issuer, audience },
      imageClient: createImageClient({
        baseUrl: `${imageService.url}/images/api/v1`,
        token,
        timeoutMs: imageServiceTimeoutMs,
        publicFetchOrigin: imageService.url,
      }),
      timing: timingOf({ timeoutMs: imageServiceTimeoutMs, settleSeconds: imageServiceSettleSeconds }),
      listen: { host, port: ports.resources, portVariable: 'RESOURCES_PORT' },
      log: log('resources'),
    }),
  );
  const auth = keep(
    await startAuth({
      store: openSqliteUserStore(join(folder, 'auth.sqlite')),
      tokens: { signingKey, issuer, audience, clientId: 'image-supergraph', lifetimeSeconds: accessTokenSeconds },
      bcrypt: settings.bcrypt,
      listen: { host, port: ports.auth, portVariable: 'AUTH_PORT' },
      log: log('auth'),
    }),
  );
  const transportTo = ({ url, execute }: RunningServer) =>
    settings.calls === 'memory' ? createMemoryTransport(execute) : createHttpTransport(url);
  const timeouts = { timeoutMs: subgraphTimeoutMs, mutationTimeoutMs: subgraphTimeoutMs };
  const gateway = keep(
    await startGateway({
      subgraphs: [
        { name: 'auth', transport: transportTo(auth), ...timeouts },
        { name: 'resources', transport: transportTo(resources), ...timeouts, mutationTimeoutMs: imageTimeoutMs },
      ],
      executor: settings.executor,
      corsOrigins: settings.corsOrigins,
      listen: { host, port: ports.gateway, portVariable: 'GATEWAY_PORT' },
      log: log('gateway'),
    }),
  );
  return { gateway: gateway.url, auth: auth.url, resources: resources.url, imageService: imageService.url };
}
