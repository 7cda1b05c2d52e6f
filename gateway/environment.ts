import { z } from 'zod';
import { httpUrl, logLevel, origins, port, wholeNumber } from '../runtime/environment.ts';

const milliseconds = () => wholeNumber({ min: 1, max: 300_000 });

/** What the gateway reads of the environment. */
export const gatewayEnvironment = z.object({
  GATEWAY_PORT: port().prefault('4000').describe('Port that the gateway listens on.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  AUTH_URL: httpUrl().describe('Where the auth subgraph answers, as http://auth:4001/graphql.'),
  RESOURCES_URL: httpUrl().describe('Where the resources subgraph answers, as http://resources:4002/graphql.'),
  SUBGRAPH_TIMEOUT_MS: milliseconds().prefault('10000').describe('Longest call to a subgraph.'),
  SUBGRAPH_IMAGE_TIMEOUT_MS: milliseconds().prefault('20000').describe('Longest call that may carry images.'),
  GATEWAY_EXECUTOR: z
    .enum(['lean', 'apollo'])
    .default('lean')
    .describe('Who runs query plans: lean, compiled once for each document, or apollo, slower.'),
  CORS_ORIGINS: origins().default([]).describe('Origins that browsers may call from, separated by commas.'),
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
