import { z } from 'zod';
import { costVariables } from '../../platform/cost/limit-cost.ts';
import { documentLimitVariables } from '../../platform/graphql/document-limits/environment.ts';
import { responseVariables } from '../../platform/graphql/execution/response-size.ts';
import { uploadVariables } from '../../platform/http/bodies/upload-sizes.ts';
import {
  httpOrigin,
  httpUrl,
  logLevel,
  onOrOff,
  port,
  secretFile,
  wholeNumber,
} from '../../platform/process/environment.ts';
import { shutdownVariables } from '../../platform/process/shutdown.ts';
import { gatewaySignature, optionalGatewayKeyFile } from '../../platform/signatures/environment.ts';
import { readVerificationKeys } from '../../platform/tokens/verification-keys.ts';
import { readImageServiceToken } from './image-service/client.ts';

const variables = z.object({
  RESOURCES_PORT: port().prefault('4002').describe('Port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  RESOURCES_DATABASE_FILE: z.string().describe('SQLite file of the resources; created if it does not exist.'),
  VERIFICATION_KEY_FILE: secretFile(readVerificationKeys)
    .optional()
    .describe('File with the public keys that verify tokens (RSA; PEM or JWK Set). Set either this or JWKS_URL.'),
  JWKS_URL: httpUrl()
    .optional()
    .describe(
      'URL of the same keys at auth, such as http://auth:4001/.well-known/jwks.json. Set either this or VERIFICATION_KEY_FILE.',
    ),
  TOKEN_ISSUER: z.string().describe('Expected issuer of access tokens (iss), a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Expected audience of access tokens (aud).'),
  EVENT_AUDIENCE: z.string().describe('Expected audience of security events (aud).'),
  IMAGE_SERVICE_URL: httpUrl().describe('URL of the image service, up to and including /images/api/v1.'),
  IMAGE_SERVICE_TOKEN_FILE: secretFile(readImageServiceToken).describe("File with the image service's private token."),
  IMAGE_SERVICE_TIMEOUT_MS: wholeNumber({ min: 1, max: 60_000 })
    .prefault('8000')
    .describe('Timeout of one call to the image service.'),
  IMAGE_SERVICE_SETTLE_SECONDS: wholeNumber({ min: 1, max: 3_600 })
    .prefault('60')
    .describe('Longest time after its last attempt that a call may still take effect at the image service.'),
  IMAGE_PUBLIC_FETCH_ORIGIN: httpOrigin()
    .optional()
    .describe('Origin to fetch public images from, if not the origin of their URLs.'),
  ...costVariables,
  ...responseVariables,
  ...uploadVariables,
  GATEWAY_KEY_FILE: optionalGatewayKeyFile(),
  GATEWAY_SIGNATURE: gatewaySignature(),
  ...documentLimitVariables,
  INTROSPECTION: onOrOff()
    .prefault('on')
    .describe('Shows the schema to clients, and suggests names of it in errors: on or off.'),
  ...shutdownVariables,
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});

// Runs even if other variables are invalid, so that all errors are reported together.
const when = () => true;

/** The environment of the resources subgraph. Exactly one of the two sources of keys is set. */
export const resourcesEnvironment = variables
  .refine(({ VERIFICATION_KEY_FILE: file, JWKS_URL: url }) => (file === undefined) !== (url === undefined), {
    path: ['VERIFICATION_KEY_FILE'],
    message: 'must be set if JWKS_URL is not, and must not be set if it is',
    when,
  })
  .refine(({ GATEWAY_KEY_FILE: keys, GATEWAY_SIGNATURE: use }) => keys !== undefined || use !== 'required', {
    path: ['GATEWAY_SIGNATURE'],
    message: 'must not be required without GATEWAY_KEY_FILE: set that to the file of the gateway',
    when,
  });
