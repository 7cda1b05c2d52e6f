import { type Listen, type RunningServer, startGraphqlServer } from '../../platform/graphql/server.ts';
import type { GracePeriod } from '../../platform/process/grace-period.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { createAuthenticate, type VerifierSettings } from '../../platform/tokens/access-token.ts';
import type { OpenKeySet } from '../../platform/tokens/key-set.ts';
import { securityEventType } from '../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../platform/tokens/signed-token.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import { createEventReceiver } from './events/event-receiver.ts';
import { type ImageClient, maxImageBytes } from './image-service/client.ts';
import { createImageReader } from './images/image-reader.ts';
import { createImageDisposal } from './operations/image-disposal.ts';
import { createLeases, type Timing } from './operations/leases.ts';
import { startReconciler } from './operations/reconciler.ts';
import { createRecovery } from './operations/recovery.ts';
import { createReservationSearch } from './operations/reservation-search.ts';
import { createServedSha256 } from './operations/served-sha256.ts';
import { createResources } from './resources/resources.ts';
import type { ResourceStore } from './storage/resource-store.ts';
import { createResourcesSubgraph } from './subgraph.ts';

export interface ResourcesTiming extends Timing {
  /** Interval between two runs of the reconciler. */
  reconcileEveryMs: number;
}

/** Derives every time limit from the two that operators set for the image service. */
export function resourcesTiming({
  timeoutMs,
  settleSeconds,
}: {
  timeoutMs: number;
  settleSeconds: number;
}): ResourcesTiming {
  // A create makes up to two calls, each of which may take the whole timeout.
  return { requestMs: 2 * timeoutMs, settleMs: settleSeconds * 1_000, reconcileEveryMs: 2_000 };
}

export interface ResourcesSettings {
  /** Closed when the subgraph stops, as the client is. */
  store: ResourceStore;
  imageClient: ImageClient;
  timing: ResourcesTiming;
  /** Whose keys are stopped with the subgraph. */
  verifier: VerifierSettings & { keys: OpenKeySet };
  /** `aud` of security events, which are signed with the same keys by the same issuer. */
  eventAudience: string;
  /** How long a stop waits for requests in flight; the default period if omitted. */
  grace?: GracePeriod;
  listen: Listen;
  log: Logger;
}

/** Starts the resources subgraph, and the reconciler of what its requests, or those before it, leave open. */
export async function startResources(settings: ResourcesSettings): Promise<RunningServer> {
  const { store, imageClient, timing, verifier, eventAudience, grace, listen, log } = settings;
  const { operations, revocations } = store;
  const maxBytes = maxImageBytes();
  const readImage = createImageReader({ maxBytes });
  const servedSha256 = createServedSha256(imageClient, maxBytes);
  const leases = createLeases({ operations, timing, log });
  const disposeOf = createImageDisposal({ operations, imageClient, leases, log });
  const resources = createResources({ store, readImage, imageClient, leases, disposeOf, servedSha256 });

  const searchReservation = createReservationSearch({ operations, imageClient });
  const settle = createRecovery({ operations, imageClient, searchReservation, servedSha256, log });
  const reconciler = startReconciler({ operations, revocations, settle, everyMs: timing.reconcileEveryMs, log });

  const { keys, issuer } = verifier;
  const verify = createVerifyToken({ type: securityEventType, keys, issuer, audience: eventAudience });
  const receiveEvent = createEventReceiver({ verify, issuer, revocations, onPurged: reconciler.wake, log });

  const authenticate = createAuthenticate(verifier);
  const { isRevoked } = revocations;
  return startGraphqlServer({
    ...createResourcesSubgraph({ resources, authenticate, isRevoked }),
    publicErrors,
    paths: { '/events': receiveEvent },
    checkReady: () => {
      store.ping();
      keys.requireKeys();
    },
    ...(grace && { grace }),
    listen,
    log,
    close: async () => {
      // Ends the calls that the reconciler waits for, too.
      imageClient.close();
      await reconciler.stop();
      keys.stop();
      store.close();
    },
  });
}
