import type { WriterKind } from '../../../platform/database/writer/writer.ts';
import type { RunningServer } from '../../../platform/graphql/server.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { readVerificationKeys } from '../../../platform/tokens/verification-keys.ts';
import { createImageClient } from '../../../subgraphs/resources/image-service/client.ts';
import { startResources } from '../../../subgraphs/resources/server.ts';
import type { OperationStore } from '../../../subgraphs/resources/storage/operation-store.ts';
import type { RevocationStore } from '../../../subgraphs/resources/storage/revocation-store.ts';
import { openSqliteResourceStore } from '../../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { inlineDecoder } from '../../../subgraphs/resources/testing/inline-decoder.ts';
import { audience, eventAudience, imageServiceToken, issuer } from './settings.ts';
import { type OnStep, withSteps } from './steps.ts';

export interface ResourcesSettings {
  /** The SQLite file. */
  file: string;
  /** Origin of the image service. */
  imageServiceUrl: string;
  /** PEM of the key that verifies access tokens. */
  publicKey: string;
  timeoutMs?: number;
  requestMs?: number;
  settleMs?: number;
  reconcileEveryMs?: number;
  /** Where it writes to its database; in the server's own thread by default. */
  writer?: WriterKind;
  /** Rows that each transaction of a purge deletes; the product's own number by default. */
  purgeBatchSize?: number;
}

/** Hooks between the subgraph and its store. */
export interface ServerHooks {
  onStep?: OnStep;
  wrapOperations?: (operations: OperationStore) => OperationStore;
}

/** Starts the resources subgraph. Its steps are the calls of its operation store and of its image client. */
export function startResourcesServer(settings: ResourcesSettings, hooks: ServerHooks = {}): Promise<RunningServer> {
  const {
    file,
    imageServiceUrl,
    publicKey,
    timeoutMs = 1_000,
    purgeBatchSize,
    writer = 'inline',
    ...timing
  } = settings;
  const { onStep = () => {}, wrapOperations = (operations) => operations } = hooks;
  const store = openSqliteResourceStore(file, { writer });
  const baseUrl = `${imageServiceUrl}/images/api/v1`;
  const { accept } = store.revocations;
  const purgeSome: RevocationStore['purgeSome'] = (limit) => store.revocations.purgeSome(purgeBatchSize ?? limit);
  return startResources({
    store: {
      ...store,
      ...withSteps('store', { update: store.update }, onStep),
      operations: withSteps('operations', wrapOperations(store.operations), onStep),
      revocations: { ...store.revocations, ...withSteps('revocations', { accept, purgeSome }, onStep) },
    },
    imageClient: withSteps('imageClient', createImageClient({ baseUrl, token: imageServiceToken, timeoutMs }), onStep),
    imageDecoder: inlineDecoder,
    timing: { requestMs: 2_000, settleMs: 600, reconcileEveryMs: 50, ...timing },
    verifier: { keys: readVerificationKeys(publicKey), issuer, audience },
    eventAudience,
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log: createLogger({ service: 'resources', level: 'silent' }),
  });
}
