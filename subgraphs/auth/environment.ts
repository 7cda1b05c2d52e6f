import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { logLevel, port, secretFile, wholeNumber } from '../../runtime/environment.ts';
import { readSigningKey } from './tokens.ts';

/** Of libuv's four threads one stays free for files and images. */
const defaultConcurrency = Math.min(3, availableParallelism());

/** What auth reads of the environment. */
export const authEnvironment = z.object({
  AUTH_PORT: port().prefault('4001').describe('Port that the auth subgraph listens on.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  AUTH_DATABASE_FILE: z.string().describe('SQLite file of the accounts; created where there is none.'),
  SIGNING_KEY_FILE: secretFile(readSigningKey).describe(
    'File with the RSA private key (PEM) that signs access tokens.',
  ),
  TOKEN_ISSUER: z.string().describe('Who issues access tokens: their iss, a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Whom access tokens are for: their aud.'),
  TOKEN_CLIENT_ID: z.string().default('image-supergraph').describe('The client_id of access tokens.'),
  ACCESS_TOKEN_SECONDS: wholeNumber({ min: 1, max: 86_400 }).prefault('900').describe('Lifetime of access tokens.'),
  BCRYPT_COST: wholeNumber({ min: 10, max: 16 }).prefault('12').describe('Each step doubles what a password costs.'),
  BCRYPT_CONCURRENCY: wholeNumber({ min: 1, max: 64 })
    .prefault(String(defaultConcurrency))
    .describe('How many passwords are hashed at once.'),
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
