import type { RunningServer } from '../../platform/graphql/server.ts';
import { createLogger } from '../../platform/process/logger.ts';
import { readVerificationKeys } from '../../platform/tokens/verification-keys.ts';
import { createImageClient } from '../../subgraphs/resources/image-service/client.ts';
import { startResources } from '../../subgraphs/resources/server.ts';
import type { OperationStore } from '../../subgraphs/resources/storage/operation-store.ts';
import type { RevocationStore } from '../../subgraphs/resources/storage/revocation-store.ts';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { inSteps, type Reach } from './steps.ts';
import { audience, eventAudience, imageServiceToken, issuer } from './tokens.ts';

/** Which database and which image service, and how fast things go. */
export interface ResourcesAt {
  file: string;
  /** Its origin. */
  imageServiceUrl: string;
  /** PEM. */
  publicKey: string;
  timeoutMs?: number;
  requestMs?: number;
  settleMs?: number;
  reconcileEveryMs?: number;
  /** How much of a purged account each transaction takes away; as the product has it where it is left out. */
  purgedAtOnce?: number;
}

/** What happens between what the product does and what it works with. */
export interface Between {
  reach?: Reach;
  shorten?: (operations: OperationStore) => OperationStore;
}

/** Starts the resources subgraph, every call to its operations and its image client being a step. */
export function startResourcesAt(at: ResourcesAt, between: Between = {}): Promise<RunningServer> {
  const { file, imageServiceUrl, publicKey, timeoutMs = 1_000, purgedAtOnce, ...timing } = at;
  const { reach = () => {}, shorten = (operations) => operations } = between;
  const store = openSqliteResourceStore(file);
  const baseUrl = `${imageServiceUrl}/images/api/v1`;
  const changes = inSteps('store', { update: store.update }, reach);
  const { accept } = store.revocations;
  const purgeSome: RevocationStore['purgeSome'] = (limit) => store.revocations.purgeSome(purgedAtOnce ?? limit);
  return startResources({
    store: {
      ...store,
      ...changes,
      operations: inSteps('operations', shorten(store.operations), reach),
      revocations: { ...store.revocations, ...inSteps('revocations', { accept, purgeSome }, reach) },
    },
    imageClient: inSteps('imageClient', createImageClient({ baseUrl, token: imageServiceToken, timeoutMs }), reach),
    timing: { requestMs: 2_000, settleMs: 600, reconcileEveryMs: 50, ...timing },
    verifier: { keys: readVerificationKeys(publicKey), issuer, audience },
    eventAudience,
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log: createLogger({ service: 'resources', level: 'silent' }),
  });
}
