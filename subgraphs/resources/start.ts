import { createAuthenticate, type VerifierSettings } from '../../runtime/access-token.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../runtime/graphql-server.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createImageClient, type ImageClientSettings, maxImageBytes } from './image-client.ts';
import { createImageReader } from './images.ts';
import { createResources } from './resources.ts';
import type { ResourceStore } from './storage/resource-store.ts';
import { createResourcesSubgraph } from './subgraph.ts';

export interface ResourcesSettings {
  store: ResourceStore;
  verifier: VerifierSettings;
  imageService: ImageClientSettings;
  listen: Listen;
  log: Logger;
}

/** Starts the resources subgraph; the store is closed when it stops. */
export function startResources(settings: ResourcesSettings): Promise<RunningServer> {
  const { store, verifier, listen, log } = settings;
  const imageClient = createImageClient(settings.imageService);
  const readImage = createImageReader({ maxBytes: maxImageBytes() });
  const resources = createResources({ store, readImage, imageClient, log });
  return startGraphqlServer({
    ...createResourcesSubgraph({ resources, authenticate: createAuthenticate(verifier) }),
    checkReady: store.ping,
    listen,
    log,
    close: () => {
      imageClient.close();
      store.close();
    },
  });
}
