import { z } from 'zod';
import { costVariables } from '../platform/cost/limit-cost.ts';
import { documentLimitVariables } from '../platform/graphql/document-limits/environment.ts';
import { responseVariables } from '../platform/graphql/execution/response-size.ts';
import { maxBodyBytes, uploadVariables } from '../platform/http/bodies/upload-sizes.ts';
import { httpUrl, logLevel, onOrOff, origins, port, wholeNumber } from '../platform/process/environment.ts';
import { shutdownVariables } from '../platform/process/shutdown.ts';
import { gatewayKeyFile, subgraphKeyFile } from '../platform/signatures/environment.ts';
import { isProxyRange } from './client-ip.ts';
import { trustedDocumentsVariables } from './trusted-documents/environment.ts';

const milliseconds = () => wholeNumber({ min: 1, max: 300_000 });
const proxyRanges = () =>
  z
    .string()
    .transform((list) => list.split(',').map((range) => range.trim()))
    .pipe(
      z.array(
        z
          .string()
          .refine(
            isProxyRange,
            'must be addresses, ranges (from /1 on), loopback, linklocal or uniquelocal, separated by commas, as 10.0.0.0/8',
          ),
      ),
    );

/** The environment variables of the gateway. */
export const gatewayEnvironment = z.object({
  GATEWAY_PORT: port().prefault('4000').describe('Port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  AUTH_URL: httpUrl().describe('URL of the auth subgraph, such as http://auth:4001/graphql.'),
  RESOURCES_URL: httpUrl().describe('URL of the resources subgraph, such as http://resources:4002/graphql.'),
  SUBGRAPH_TIMEOUT_MS: milliseconds().prefault('10000').describe('Timeout of one call to a subgraph.'),
  SUBGRAPH_IMAGE_TIMEOUT_MS: milliseconds()
    .prefault('20000')
    .describe('Timeout of mutations of resources, which may carry images.'),
  GATEWAY_EXECUTOR: z
    // The default's former name goes on working.
    .enum(['compiled', 'apollo', 'lean'], 'must be compiled or apollo')
    .transform((name) => (name === 'lean' ? 'compiled' : name))
    .prefault('compiled')
    .describe(
      'What runs query plans: compiled functions (compiled, formerly lean), or the slower Apollo gateway (apollo), which rejects aliases that are names of other fields.',
    ),
  JWKS_URL: httpUrl()
    .optional()
    .describe('URL of the keys that verify access tokens; by default /.well-known/jwks.json of the host of AUTH_URL.'),
  TOKEN_ISSUER: z
    .string()
    .optional()
    .describe('Expected issuer of access tokens (iss), the same as for auth; not checked here by default.'),
  TOKEN_AUDIENCE: z
    .string()
    .optional()
    .describe('Expected audience of access tokens (aud), the same as for auth; not checked here by default.'),
  ...costVariables,
  ...responseVariables,
  COST_BUDGET_PER_MINUTE: wholeNumber({ min: 1, max: 1_000_000_000_000 })
    .optional()
    .describe('What one caller is charged in a minute; by default 2,000 times MAX_COST, and 1,000,000 at least.'),
  GATEWAY_REPLICAS: wholeNumber({ min: 1, max: 10_000 })
    .prefault('1')
    .describe('Number of gateways behind one load balancer: each counts its part of the budgets.'),
  CORS_ORIGINS: origins().default([]).describe('Origins that browsers may call from, separated by commas.'),
  TRUSTED_PROXIES: proxyRanges()
    .default([])
    .describe('Proxies whose X-Forwarded-For is trusted: addresses, ranges, loopback, linklocal, uniquelocal.'),
  UNVERIFIED_BODY_BYTES: wholeNumber({ min: 1_024, max: maxBodyBytes })
    .prefault(String(maxBodyBytes))
    .describe('Largest body of a request without a valid access token.'),
  ...uploadVariables,
  ...trustedDocumentsVariables,
  GATEWAY_KEY_FILE: gatewayKeyFile(),
  AUTH_GATEWAY_KEY_FILE: subgraphKeyFile('auth'),
  RESOURCES_GATEWAY_KEY_FILE: subgraphKeyFile('resources'),
  ...documentLimitVariables,
  INTROSPECTION: onOrOff()
    .prefault('on')
    .describe('Shows the schema to clients, and suggests names of it in errors: on or off.'),
  JSON_ERROR_STATUS: z
    .enum(['200', '400'], 'must be 200 or 400')
    .transform((status): 200 | 400 => (status === '200' ? 200 : 400))
    .prefault('400')
    .describe('HTTP status of application/json for documents and variables that are not valid: 400, or 200.'),
  HSTS_SECONDS: wholeNumber({ min: 0, max: 63_072_000 })
    .prefault('0')
    .describe('How long browsers use TLS only (Strict-Transport-Security); 0 sends no such header.'),
  ...shutdownVariables,
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
