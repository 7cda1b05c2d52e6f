import { limitSchemaCost } from '../../platform/cost/limit-cost.ts';
import {
  type DocumentLimits,
  defaultDocumentLimits,
  unidentifiedLimits,
} from '../../platform/graphql/document-limits/limits.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../platform/graphql/server.ts';
import { uploadTypes } from '../../platform/http/bodies/upload-sizes.ts';
import type { Logger } from '../../platform/process/logger.ts';
import type { Shutdown } from '../../platform/process/shutdown.ts';
import type { IdentifySender } from '../../platform/signatures/sender.ts';
import { createAuthenticate, type VerifierSettings } from '../../platform/tokens/access-token.ts';
import type { OpenKeySet } from '../../platform/tokens/key-set.ts';
import { securityEventType } from '../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../platform/tokens/signed-token.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import { createBodyLimit, uploadSlots } from './body-limit.ts';
import { createEventReceiver } from './events/event-receiver.ts';
import { type ImageClient, maxImageBytes } from './image-service/client.ts';
import type { ImageDecoder } from './images/decoder-process.ts';
import { createImageReader } from './images/image-reader.ts';
import { createDeleteImage } from './operations/image-deletion.ts';
import { createLeases, leaseMsOf, type Timing } from './operations/leases.ts';
import { startReconciler } from './operations/reconciler.ts';
import { createRecovery } from './operations/recovery.ts';
import { createReservationSearch } from './operations/reservation-search.ts';
import { keyLifetimeMs } from './resources/idempotency.ts';
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
  /** Closed when the subgraph stops. */
  store: ResourceStore;
  /** Closed when the subgraph stops. */
  imageClient: ImageClient;
  /** Closed when the subgraph stops. */
  imageDecoder: ImageDecoder;
  timing: ResourcesTiming;
  /** Its keys are closed when the subgraph stops. */
  verifier: VerifierSettings & { keys: OpenKeySet };
  /** Expected `aud` of security events, which have the same issuer and keys as access tokens. */
  eventAudience: string;
  /** Identifies the sender of a request, or rejects it; by default, by the remote address of its connection. */
  identifySender?: IdentifySender;
  /** The largest cost of one operation; `defaultMaxCost` if omitted. */
  maxCost?: number | undefined;
  /** Limits of what anybody but the gateway sends; `defaultDocumentLimits` if omitted. Needs `identifySender`. */
  documentLimits?: DocumentLimits;
  /** Shows the schema, and suggests names of it in errors; true if omitted. */
  introspection?: boolean;
  /** Limit of the JSON of one response, in bytes; `defaultMaxResponseBytes` if omitted. */
  maxResponseBytes?: number | undefined;
  /** Limit of the files of one request, before base64; 16 MiB if omitted. */
  maxUploadBytes?: number | undefined;
  /** Shared by the servers of a process; one with the default grace period if omitted. */
  shutdown?: Shutdown;
  listen: Listen;
  log: Logger;
}

/** Starts the resources subgraph and its reconciler. */
export async function startResources(settings: ResourcesSettings): Promise<RunningServer> {
  const {
    store,
    imageClient,
    imageDecoder,
    timing,
    verifier,
    eventAudience,
    identifySender,
    maxCost,
    maxResponseBytes,
    maxUploadBytes,
    shutdown,
    listen,
    log,
  } = settings;
  const { operations, revocations } = store;
  const readImage = createImageReader({ maxBytes: maxImageBytes(), decoder: imageDecoder, log });
  const leases = createLeases({ operations, timing, log });
  const deleteImage = createDeleteImage({ operations, imageClient, leases, log });
  const resources = createResources({ store, readImage, imageClient, leases, deleteImage });

  const searchReservation = createReservationSearch({ operations, imageClient });
  const recover = createRecovery({ operations, imageClient, searchReservation, log });
  const reconciler = startReconciler({
    ...{ operations, revocations, recover, keyLifetimeMs, log },
    leaseMs: leaseMsOf(timing),
    everyMs: timing.reconcileEveryMs,
  });

  const { keys, issuer } = verifier;
  const verify = createVerifyToken({ type: securityEventType, keys, issuer, audience: eventAudience });
  const receiveEvent = createEventReceiver({ verify, issuer, revocations, onPurged: reconciler.wake, log });

  const authenticate = createAuthenticate(verifier);
  const { isRevoked } = revocations;
  const subgraph = createResourcesSubgraph({ resources, authenticate, isRevoked, maxResponseBytes });
  return startGraphqlServer({
    ...subgraph,
    wrapExecutor: limitSchemaCost(subgraph.schema, maxCost),
    maxResponseBytes,
    uploads: { json: uploadTypes(maxUploadBytes).subgraph, slots: uploadSlots },
    bodyLimitOf: createBodyLimit(authenticate),
    publicErrors,
    paths: { '/events': receiveEvent },
    checkReady: async () => {
      keys.requireKeys();
      return store.checkHealth();
    },
    ...(identifySender && { identifySender }),
    introspection: settings.introspection ?? true,
    // Without it, anybody may be the gateway.
    documentLimits: identifySender ? (settings.documentLimits ?? defaultDocumentLimits) : unidentifiedLimits,
    ...(shutdown && { shutdown }),
    listen,
    log,
    close: async () => {
      // Also ends the calls that the reconciler is waiting for.
      imageClient.close();
      imageDecoder.close();
      await reconciler.stop();
      keys.stop();
      await store.close();
    },
  });
}
