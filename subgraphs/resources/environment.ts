import { z } from 'zod';
import { httpOrigin, httpUrl, logLevel, port, secretFile, wholeNumber } from '../../platform/process/environment.ts';
import { shutdownGraceMs } from '../../platform/process/grace-period.ts';
import { readVerificationKeys } from '../../platform/tokens/verification-keys.ts';
import { readImageServiceToken } from './image-service/client.ts';

const variables = z.object({
  RESOURCES_PORT: port().prefault('4002').describe('Port that the resources subgraph listens on.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  RESOURCES_DATABASE_FILE: z.string().describe('SQLite file of the resources; created where there is none.'),
  VERIFICATION_KEY_FILE: secretFile(readVerificationKeys)
    .optional()
    .describe('File with the public keys that tokens are verified with (RSA, PEM or JWK Set); this or JWKS_URL.'),
  JWKS_URL: httpUrl()
    .optional()
    .describe('Where auth publishes these keys, as http://auth:4001/.well-known/jwks.json; the file or this.'),
  TOKEN_ISSUER: z.string().describe('Who issues access tokens: their iss, a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Whom access tokens are for: their aud.'),
  EVENT_AUDIENCE: z.string().describe('Whom security events are for: their aud.'),
  IMAGE_SERVICE_URL: httpUrl().describe('The image service, up to and with /images/api/v1.'),
  IMAGE_SERVICE_TOKEN_FILE: secretFile(readImageServiceToken).describe("File with the image service's private token."),
  IMAGE_SERVICE_TIMEOUT_MS: wholeNumber({ min: 1, max: 60_000 })
    .prefault('8000')
    .describe('Longest call to the image service.'),
  IMAGE_SERVICE_SETTLE_SECONDS: wholeNumber({ min: 1, max: 3_600 })
    .prefault('60')
    .describe('Longest that a call may still land at the image service after its last attempt.'),
  IMAGE_PUBLIC_FETCH_ORIGIN: httpOrigin()
    .optional()
    .describe('Where public images are fetched from here, where that is not the origin of their URLs.'),
  SHUTDOWN_GRACE_MS: shutdownGraceMs(),
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});

/** What resources reads of the environment: of the two sources of keys exactly one. */
export const resourcesEnvironment = variables.refine(
  ({ VERIFICATION_KEY_FILE: file, JWKS_URL: url }) => (file === undefined) !== (url === undefined),
  {
    path: ['VERIFICATION_KEY_FILE'],
    message: 'must not be set beside JWKS_URL: keys come from the file or from the URL',
    // Whatever else is wrong: all faults are reported together.
    when: () => true,
  },
);
