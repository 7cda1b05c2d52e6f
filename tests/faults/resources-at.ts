import { readVerificationKey } from '../../runtime/access-token.ts';
import type { RunningServer } from '../../runtime/graphql-server.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createImageClient } from '../../subgraphs/resources/image-client.ts';
import { startResources } from '../../subgraphs/resources/start.ts';
import type { OperationStore } from '../../subgraphs/resources/storage/operation-store.ts';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite.ts';
import { inSteps, type Step } from './steps.ts';
import { audience, imageServiceToken, issuer } from './tokens.ts';

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
}

/** What happens between what the product does and what it works with. */
export interface Between {
  reach?: (step: Step) => Promise<void> | void;
  shorten?: (operations: OperationStore) => OperationStore;
}

/** Starts the resources subgraph, every call to its operations and its image client being a step. */
export function startResourcesAt(at: ResourcesAt, between: Between = {}): Promise<RunningServer> {
  const { file, imageServiceUrl, publicKey, timeoutMs = 1_000, ...timing } = at;
  const { reach = () => {}, shorten = (operations) => operations } = between;
  const store = openSqliteResourceStore(file);
  const baseUrl = `${imageServiceUrl}/images/api/v1`;
  const changes = inSteps('store', { update: store.update }, reach);
  return startResources({
    store: { ...store, ...changes, operations: inSteps('operations', shorten(store.operations), reach) },
    imageClient: inSteps('imageClient', createImageClient({ baseUrl, token: imageServiceToken, timeoutMs }), reach),
    timing: { requestMs: 2_000, settleMs: 600, reconcileEveryMs: 50, ...timing },
    verifier: { verificationKey: readVerificationKey(publicKey), issuer, audience },
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log: createLogger({ service: 'resources', level: 'silent' }),
  });
}
