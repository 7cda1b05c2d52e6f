import { createAuthenticate, type VerifierSettings } from '../../runtime/access-token.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../runtime/graphql-server.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type ImageClient, maxImageBytes } from './image-client.ts';
import { createImageReader } from './images.ts';
import { createImageDisposal } from './operations/image-disposal.ts';
import { createLeases, type Timing } from './operations/leases.ts';
import { startReconciler } from './operations/reconciler.ts';
import { createReservationSearch } from './operations/reservation-search.ts';
import { createServedSha256 } from './operations/served-sha256.ts';
import { createSettling } from './operations/settling.ts';
import { createResources } from './resources.ts';
import type { ResourceStore } from './storage/resource-store.ts';
import { createResourcesSubgraph } from './subgraph.ts';

export interface ResourcesSettings {
  /** Closed when the subgraph stops, as the client is. */
  store: ResourceStore;
  imageClient: ImageClient;
  timing: Timing & {
    /** Between two looks at what requests left open. */
    reconcileEveryMs: number;
  };
  verifier: VerifierSettings;
  listen: Listen;
  log: Logger;
}

/** Starts the resources subgraph, and the reconciler of what its requests, or those before it, leave open. */
export async function startResources(settings: ResourcesSettings): Promise<RunningServer> {
  const { store, imageClient, timing, verifier, listen, log } = settings;
  const { operations } = store;
  const maxBytes = maxImageBytes();
  const readImage = createImageReader({ maxBytes });
  const servedSha256 = createServedSha256(imageClient, maxBytes);
  const leases = createLeases({ operations, timing, log });
  const disposeOf = createImageDisposal({ operations, imageClient, leases, log });
  const resources = createResources({ store, readImage, imageClient, leases, disposeOf, servedSha256 });

  const searchReservation = createReservationSearch({ operations, imageClient });
  const settle = createSettling({ operations, imageClient, searchReservation, servedSha256, log });
  const reconciler = startReconciler({ operations, settle, everyMs: timing.reconcileEveryMs, log });

  return startGraphqlServer({
    ...createResourcesSubgraph({ resources, authenticate: createAuthenticate(verifier) }),
    checkReady: store.ping,
    listen,
    log,
    close: async () => {
      // Ends the calls that the reconciler waits for, too.
      imageClient.close();
      await reconciler.stop();
      store.close();
    },
  });
}
