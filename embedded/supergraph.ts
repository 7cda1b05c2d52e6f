import { join } from 'node:path';
import type { ExecutorName } from '../gateway/executor.ts';
import { createTokenExchangeClient } from '../gateway/identity/token-exchange-client.ts';
import type { CostLimits } from '../gateway/limits/cost-budget.ts';
import { startGateway } from '../gateway/server.ts';
import { createHttpTransport } from '../gateway/subgraphs/http-transport.ts';
import { createInProcessTransport } from '../gateway/subgraphs/in-process-transport.ts';
import type { TrustSettings } from '../gateway/trusted-documents/environment.ts';
import { startImageService } from '../image-service/server.ts';
import type { WriterKind } from '../platform/database/writer/writer.ts';
import type { DocumentLimits } from '../platform/graphql/document-limits/limits.ts';
import { explainListen, type RunningServer } from '../platform/graphql/server.ts';
import type { AllowedOrigins } from '../platform/http/cors.ts';
import type { Running } from '../platform/process/lifecycle.ts';
import { createLogger, type LogLevel } from '../platform/process/logger.ts';
import { readSecret } from '../platform/process/secret-file.ts';
import { createShutdown, RequestsCutOffError, type Shutdown } from '../platform/process/shutdown.ts';
import { readGatewayKeys } from '../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../platform/signatures/request-signer.ts';
import { createIdentifySender } from '../platform/signatures/sender.ts';
import { type AccountRules, type RunningAuth, startAuth } from '../subgraphs/auth/server.ts';
import { openSqliteAuthStores } from '../subgraphs/auth/storage/sqlite/auth-stores.ts';
import { openSigningKeys } from '../subgraphs/auth/tokens/signing-keys.ts';
import { createImageClient, readImageServiceToken } from '../subgraphs/resources/image-service/client.ts';
import { createDecoderProcess, type ImageDecoder } from '../subgraphs/resources/images/decoder-process.ts';
import { resourcesTiming, startResources } from '../subgraphs/resources/server.ts';
import { openSqliteResourceStore } from '../subgraphs/resources/storage/sqlite/resource-store.ts';
import { ensureSecrets, openFolder } from './data-folder.ts';

export interface SupergraphSettings {
  dataFolder: string;
  host: string;
  /** 0 takes a free port. */
  ports: { gateway: number; auth: number; resources: number; imageService: number };
  executor: ExecutorName;
  /** How the gateway calls the subgraphs: in process, or over HTTP as between processes. */
  calls: 'memory' | 'network';
  /** Where the subgraphs write to their databases. */
  writer: WriterKind;
  /** Limits of what operations may cost; the defaults if omitted. */
  cost?: CostLimits | undefined;
  /** Limit of the JSON of one response, in bytes; a default if omitted. */
  maxResponseBytes?: number | undefined;
  /** Limit of the files of one request, before base64; a default if omitted. */
  maxUploadBytes?: number | undefined;
  corsOrigins: AllowedOrigins;
  /** Proxies whose `X-Forwarded-For` is trusted; none if omitted. */
  trustedProxies?: readonly string[];
  /** Documents that clients may or must use; all are equal if omitted. */
  trust?: TrustSettings | undefined;
  accounts: AccountRules;
  /** Limits of what clients send to the gateway and to the subgraphs; `defaultDocumentLimits` if omitted. */
  documentLimits?: DocumentLimits;
  /** How long browsers use TLS only (HSTS); 0, for no header, if omitted. */
  hstsSeconds?: number;
  /** Status of `application/json` for documents and variables that are not valid; 400 if omitted. */
  jsonErrorStatus?: 200 | 400;
  /** The gateway and the subgraphs show their schemas, and suggest names of it in errors; true if omitted. */
  introspection?: boolean;
  /** A process of its own if omitted. */
  imageDecoder?: ImageDecoder;
  /** One with the default grace period if omitted. */
  shutdown?: Shutdown;
  logLevel: LogLevel;
}

/** The URLs of the running services. */
export interface Supergraph extends Running {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  /** Loads and compresses the explorer's page in the background. Tests do not, to leave the processor to others. */
  prepareExplorer(): void;
}

const issuer = 'urn:image-supergraph:auth';
const audience = 'urn:image-supergraph';
const eventAudience = 'urn:image-supergraph:events';
const subgraphTimeoutMs = 10_000;
const imageTimeoutMs = 20_000;
const imageServiceTimeoutMs = 8_000;

/** Starts all services in this process, each on its own port. If one cannot start, stops the others and rejects. */
export async function startSupergraph(settings: SupergraphSettings): Promise<Supergraph> {
  const started: Running[] = [];
  const keep = <Started extends Running>(process: Started): Started => {
    started.unshift(process);
    return process;
  };
  const { shutdown = createShutdown() } = settings;
  const stop = () => {
    shutdown.begin();
    // Callers stop before the services they call.
    return stopInOrder(started);
  };
  try {
    return { ...(await startAll({ ...settings, shutdown }, keep)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops all services even if some fail, and then throws all failures together. */
async function stopInOrder(services: readonly Running[]): Promise<void> {
  const errors: unknown[] = [];
  for (const service of services) await service.stop().catch((error: unknown) => errors.push(error));
  const cutOffs = errors.filter((error) => error instanceof RequestsCutOffError);
  const others = errors.filter((error) => !(error instanceof RequestsCutOffError));
  if (others.length > 0) throw new AggregateError(others, 'Some services failed to stop.');
  const [first] = cutOffs;
  if (first)
    throw new RequestsCutOffError(
      cutOffs.reduce((sum, { count }) => sum + count, 0),
      first.graceMs,
    );
}

type StartSettings = SupergraphSettings & { shutdown: Shutdown };
type Keep = <Started extends Running>(process: Started) => Started;

async function startAll({ dataFolder, host, ports, shutdown, ...settings }: StartSettings, keep: Keep) {
  const folder = openFolder(dataFolder);
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const token = readSecret(secrets.imageServiceToken, readImageServiceToken);
  const gatewayKeys = readSecret(secrets.gatewayKey, readGatewayKeys);
  const log = (service: string) => createLogger({ service, level: settings.logLevel });

  /** Each subgraph has its own: it accepts each signature once. */
  const identifySender = (service: string) =>
    createIdentifySender({ keys: gatewayKeys, isSignatureRequired: false, log: log(service) });

  // The same key set signs and verifies: within a process, no JWKS has to be fetched.
  const tokenSeconds = settings.accounts.accessTokenSeconds;
  const keys = openSigningKeys({ folder: secrets.signingKeys, tokenSeconds, log: log('auth') });
  keep({ stop: async () => keys.stop() });

  const imageService = await startImageService({
    host,
    port: ports.imageService,
    token,
    folder: openFolder(join(folder, 'images')),
    stopping: shutdown.signal,
    log: log('image-service'),
  }).catch((error: Error) => {
    throw explainListen(error, { host, port: ports.imageService, portVariable: 'IMAGE_SERVICE_PORT' });
  });
  keep({
    stop: async () => {
      await imageService.stop(shutdown.startGrace());
      const cutOff = imageService.requestsCutOff();
      if (cutOff > 0) throw new RequestsCutOffError(cutOff, shutdown.graceMs);
    },
  });
  const { introspection = true } = settings;
  const { maxResponseBytes, documentLimits } = settings;
  const forAll = { introspection, maxResponseBytes, ...(documentLimits && { documentLimits }) };
  const resources = keep(
    await startResources({
      store: openSqliteResourceStore(join(folder, 'resources.sqlite'), { writer: settings.writer }),
      verifier: { keys, issuer, audience },
      eventAudience,
      imageClient: createImageClient({
        baseUrl: `${imageService.url}/images/api/v1`,
        token,
        timeoutMs: imageServiceTimeoutMs,
        publicFetchOrigin: imageService.url,
      }),
      imageDecoder: settings.imageDecoder ?? createDecoderProcess({ log: log('resources') }),
      timing: resourcesTiming({ timeoutMs: imageServiceTimeoutMs, settleSeconds: 60 }),
      identifySender: identifySender('resources'),
      maxCost: settings.cost?.maxCost,
      maxUploadBytes: settings.maxUploadBytes,
      ...forAll,
      shutdown,
      listen: { host, port: ports.resources, portVariable: 'RESOURCES_PORT' },
      log: log('resources'),
    }),
  );
  const subscriber = { name: 'resources', url: new URL('/events', resources.url).href };
  const accounts = join(folder, 'auth.sqlite');
  const auth = keep(
    await startAuth({
      keys,
      ...openSqliteAuthStores(accounts, { subscribers: [subscriber.name], writer: settings.writer }),
      tokens: { issuer, audience, clientId: 'image-supergraph' },
      rules: settings.accounts,
      events: { audience: eventAudience, subscribers: [subscriber] },
      identifySender: identifySender('auth'),
      maxCost: settings.cost?.maxCost,
      ...forAll,
      shutdown,
      listen: { host, port: ports.auth, portVariable: 'AUTH_PORT' },
      log: log('auth'),
    }),
  );
  const signRequest = createRequestSigner(gatewayKeys);
  const transportTo = ({ url, execute }: RunningServer) =>
    settings.calls === 'memory'
      ? createInProcessTransport(execute)
      : createHttpTransport(url, { signRequest, maxResponseBytes });
  const tokenExchangeWith = ({ url: authUrl, exchangeToken }: RunningAuth) =>
    settings.calls === 'memory'
      ? { exchange: exchangeToken, close: async () => {} }
      : createTokenExchangeClient({ authUrl, signRequest, timeoutMs: subgraphTimeoutMs });
  const timeouts = { timeoutMs: subgraphTimeoutMs, mutationTimeoutMs: subgraphTimeoutMs };
  const gateway = keep(
    await startGateway({
      subgraphs: [
        { name: 'auth', transport: transportTo(auth), ...timeouts },
        { name: 'resources', transport: transportTo(resources), ...timeouts, mutationTimeoutMs: imageTimeoutMs },
      ],
      verifier: { keys, issuer, audience },
      tokenExchange: tokenExchangeWith(auth),
      executor: settings.executor,
      cost: settings.cost,
      maxUploadBytes: settings.maxUploadBytes,
      corsOrigins: settings.corsOrigins,
      ...(settings.trustedProxies && { trustedProxies: settings.trustedProxies }),
      ...forAll,
      ...(settings.hstsSeconds !== undefined && { hstsSeconds: settings.hstsSeconds }),
      ...(settings.jsonErrorStatus && { jsonErrorStatus: settings.jsonErrorStatus }),
      trust: settings.trust,
      shutdown,
      listen: { host, port: ports.gateway, portVariable: 'GATEWAY_PORT' },
      log: log('gateway'),
    }),
  );
  return {
    gateway: gateway.url,
    auth: auth.url,
    resources: resources.url,
    imageService: imageService.url,
    prepareExplorer: gateway.prepareExplorer,
  };
}

/** A query with a field of each subgraph. */
export const firstQuery = '{ me { id } resources { totalCount } }';

/** Throws unless both subgraphs answer through the gateway. Without a token, each rejects its field. */
export async function requireAnswers(gatewayUrl: string): Promise<void> {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: firstQuery }),
  });
  const text = await response.text();
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
  const rejected = errors.filter((error) => error.extensions?.code === 'UNAUTHENTICATED').length;
  if (rejected !== 2 || errors.length !== 2)
    throw new Error(`The first query returned an unexpected response: ${text}`);
}
