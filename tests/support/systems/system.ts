import { inject } from 'vitest';
import { startSupergraph } from '../../../embedded/supergraph.ts';
import type { ExecutorName } from '../../../gateway/executor.ts';
import type { CostLimits } from '../../../gateway/limits/cost-budget.ts';
import type { TrustSettings } from '../../../gateway/trusted-documents/environment.ts';
import type { WriterKind } from '../../../platform/database/writer/writer.ts';
import type { DocumentLimits } from '../../../platform/graphql/document-limits/limits.ts';
import type { AccountRules } from '../../../subgraphs/auth/server.ts';
import type { ImageDecoder } from '../../../subgraphs/resources/images/decoder-process.ts';
import { inlineDecoder } from '../../../subgraphs/resources/testing/inline-decoder.ts';
import { temporaryFolder } from '../files.ts';
import { startRouterBefore } from './router.ts';
import { type GatewayRequests, usersAt } from './users.ts';

/** A whole supergraph on an empty data folder. Each server listens on a free port. */
export interface System extends GatewayRequests {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  dataFolder: string;
  stop(): Promise<void>;
}

/** The default rules, with passwords that are cheap to hash. */
const accounts: AccountRules = {
  accessTokenSeconds: 900,
  sessions: { graceSeconds: 10, retrySeconds: 86_400, idleSeconds: 2_592_000, maxSeconds: 7_776_000 },
  passwords: { cost: 4, concurrency: 2 },
  limits: { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 },
};

/** Settings with which a supergraph runs beside others: free ports, and no log. */
export const testSettings = {
  host: '127.0.0.1',
  ports: { gateway: 0, auth: 0, resources: 0, imageService: 0 },
  executor: 'compiled',
  calls: inject('calls'),
  // As the processes do, in the lanes of whole systems.
  writer: inject('calls') === 'network' ? 'thread' : 'inline',
  corsOrigins: ['https://app.example'],
  accounts,
  // Over the network, as in production: in a process of its own.
  ...(inject('calls') === 'memory' && { imageDecoder: inlineDecoder }),
  logLevel: 'silent',
} as const;

export interface SystemSettings {
  /** How the gateway calls the subgraphs. By default, as the project of the test does. */
  calls?: 'memory' | 'network';
  writer?: WriterKind;
  executor?: ExecutorName;
  maxResponseBytes?: number;
  /** Closed by `stop`. By default, images are decoded in this process. */
  imageDecoder?: ImageDecoder;
  trustedProxies?: readonly string[];
  trust?: TrustSettings | undefined;
  cost?: CostLimits;
  corsOrigins?: readonly string[];
  documentLimits?: DocumentLimits;
  introspection?: boolean;
  jsonErrorStatus?: 200 | 400;
  /** A folder that outlives the system. By default it gets an empty one, which `stop` removes. */
  dataFolder?: string;
}

/** Starts a supergraph. `rules` overrides the rules of accounts. */
export async function startSystem(
  rules: Partial<AccountRules> = {},
  { dataFolder: lasting, ...settings }: SystemSettings = {},
): Promise<System> {
  const dataFolder = lasting === undefined ? temporaryFolder() : { path: lasting, remove: () => {} };
  const { stop, ...own } = await startSupergraph({
    ...testSettings,
    ...settings,
    accounts: { ...accounts, ...rules },
    dataFolder: dataFolder.path,
  });
  const router = await startRouterBefore(own, { dataFolder: dataFolder.path, ...settings });
  const urls = { ...own, gateway: router?.url ?? own.gateway };
  return {
    ...urls,
    ...usersAt(urls.gateway),
    dataFolder: dataFolder.path,
    stop: async () => {
      await router?.stop();
      await stop();
      dataFolder.remove();
    },
  };
}
