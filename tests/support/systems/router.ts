import { join } from 'node:path';
import type { Supergraph } from '../../../embedded/supergraph.ts';
import { run } from './spawned.ts';

/** The program of another gateway to test, such as bench/other-routers/hive/main.ts. */
const program = process.env.SUPERGRAPH_ROUTER;

interface RouterSettings {
  dataFolder: string;
  trustedProxies?: readonly string[];
  timeoutMs?: number;
  mutationTimeoutMs?: number;
}

/** Starts the gateway that SUPERGRAPH_ROUTER names, in front of a system's subgraphs. Undefined if it is not set. */
export async function startRouterBefore(
  { auth, resources }: Pick<Supergraph, 'auth' | 'resources'>,
  settings: RouterSettings,
): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (program === undefined) return undefined;
  const { dataFolder, trustedProxies = [], timeoutMs, mutationTimeoutMs } = settings;
  const router = run(program, {
    GATEWAY_PORT: '0',
    AUTH_URL: auth,
    RESOURCES_URL: resources,
    GATEWAY_KEY_FILE: join(dataFolder, 'secrets', 'client-address-key'),
    CORS_ORIGINS: 'https://app.example',
    ...(trustedProxies.length > 0 && { TRUSTED_PROXIES: trustedProxies.join(',') }),
    ...(timeoutMs !== undefined && { SUBGRAPH_TIMEOUT_MS: String(timeoutMs) }),
    ...(mutationTimeoutMs !== undefined && { SUBGRAPH_IMAGE_TIMEOUT_MS: String(mutationTimeoutMs) }),
  });
  const [, url = ''] = await router.find(/"url":"(http:[^"]+)"/);
  return {
    url,
    stop: async () => {
      router.signal('SIGTERM');
      await router.exitCode;
    },
  };
}
