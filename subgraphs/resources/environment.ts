import { z } from 'zod';
import { readVerificationKey } from '../../runtime/access-token.ts';
import { httpOrigin, httpUrl, logLevel, port, secretFile, wholeNumber } from '../../runtime/environment.ts';
import { readImageServiceToken } from './image-client.ts';

/** What resources reads of the environment. */
export const resourcesEnvironment = z.object({
  RESOURCES_PORT: port().prefault('4002').describe('Port that the resources subgraph listens on.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  RESOURCES_DATABASE_FILE: z.string().describe('SQLite file of the resources; created where there is none.'),
  VERIFICATION_KEY_FILE: secretFile(readVerificationKey).describe(
    'File with the RSA public key (PEM) that access tokens are verified with.',
  ),
  TOKEN_ISSUER: z.string().describe('Who issues access tokens: their iss, a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Whom access tokens are for: their aud.'),
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
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
