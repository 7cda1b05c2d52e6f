import type { z } from 'zod';
import { embeddedEnvironment } from './embedded/environment.ts';
import { firstQuery, requireAnswers, type Supergraph, startSupergraph } from './embedded/supergraph.ts';
import { trustFrom } from './gateway/trusted-documents/environment.ts';
import { documentLimitsFrom } from './platform/graphql/document-limits/environment.ts';
import { runProcess } from './platform/process/lifecycle.ts';
import { accountRulesFrom } from './subgraphs/auth/environment.ts';

await runProcess({
  about: 'image-supergraph: the gateway, both subgraphs and a stand-in of the image service in one process.',
  spec: embeddedEnvironment,
  start: async (env, shutdown) => {
    process.stdout.write('\n  Starting …\n');
    const supergraph = await startSupergraph({ ...settingsFrom(env), shutdown });
    await requireAnswers(supergraph.gateway);
    process.stdout.write(describe(supergraph, env.DATA_FOLDER));
    supergraph.prepareExplorer();
    return supergraph;
  },
});

function settingsFrom(env: z.output<typeof embeddedEnvironment>) {
  return {
    dataFolder: env.DATA_FOLDER,
    host: env.HOST,
    ports: {
      gateway: env.GATEWAY_PORT,
      auth: env.AUTH_PORT,
      resources: env.RESOURCES_PORT,
      imageService: env.IMAGE_SERVICE_PORT,
    },
    calls: 'memory' as const,
    writer: 'thread' as const,
    executor: env.GATEWAY_EXECUTOR,
    cost: { maxCost: env.MAX_COST, budgetPerMinute: env.COST_BUDGET_PER_MINUTE },
    maxResponseBytes: env.MAX_RESPONSE_BYTES,
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    corsOrigins: env.CORS_ORIGINS ?? ('loopback' as const),
    trustedProxies: env.TRUSTED_PROXIES,
    documentLimits: documentLimitsFrom(env),
    hstsSeconds: env.HSTS_SECONDS,
    jsonErrorStatus: env.JSON_ERROR_STATUS,
    trust: trustFrom(env, [firstQuery]),
    introspection: env.INTROSPECTION,
    accounts: accountRulesFrom(env),
    logLevel: env.LOG_LEVEL,
  };
}

function describe({ gateway, auth, resources, imageService }: Supergraph, folder: string): string {
  return `
  The supergraph is running.

    gateway         ${gateway}
    auth            ${auth}
    resources       ${resources}
    image service   ${imageService} (stand-in)

  Data is stored in ${folder}. Stop with Ctrl-C.

`;
}
