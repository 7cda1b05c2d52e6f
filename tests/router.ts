import { join } from 'node:path';
import type { Supergraph } from '../embedded/supergraph.ts';
import { run } from './spawned.ts';

/** The program of another gateway, as bench/other-routers/hive/main.ts, which is tested in the place of our own. */
const program = process.env.SUPERGRAPH_ROUTER;

/** Starts the gateway that SUPERGRAPH_ROUTER names before a system's subgraphs; undefined where it names none. */
export async function startRouterBefore(
  { auth, resources }: Pick<Supergraph, 'auth' | 'resources'>,
  { dataFolder, trustedProxies = [] }: { dataFolder: string; trustedProxies?: readonly string[] },
): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (program === undefined) return undefined;
  const router = run(program, {
    GATEWAY_PORT: '0',
    AUTH_URL: auth,
    RESOURCES_URL: resources,
    CLIENT_ADDRESS_KEY_FILE: join(dataFolder, 'secrets', 'client-address-key'),
    CORS_ORIGINS: 'https://app.example',
    ...(trustedProxies.length > 0 && { TRUSTED_PROXIES: trustedProxies.join(',') }),
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
