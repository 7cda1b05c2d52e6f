import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { readClientAddressKey } from '../../platform/http/client-address.ts';
import { logLevel, namedHttpUrls, port, secretFile, wholeNumber } from '../../platform/process/environment.ts';
import { shutdownGraceMs } from '../../platform/process/grace-period.ts';
import type { AccountRules } from './server.ts';

/** Of libuv's four threads one stays free for files and images. */
const defaultConcurrency = Math.min(3, availableParallelism());

const limit = () => wholeNumber({ min: 0, max: 1_000_000 });
const seconds = () => wholeNumber({ min: 60, max: 31_536_000 });

/** What may be decided about accounts: each has a default. */
export const accountVariables = z.object({
  ACCESS_TOKEN_SECONDS: wholeNumber({ min: 1, max: 86_400 }).prefault('900').describe('Lifetime of access tokens.'),
  SESSION_IDLE_SECONDS: seconds().prefault('2592000').describe('How long a session lasts that is not refreshed.'),
  SESSION_LONGEST_SECONDS: seconds().prefault('7776000').describe('How long a session lasts at all.'),
  REFRESH_REUSE_GRACE_SECONDS: wholeNumber({ min: 0, max: 300 })
    .prefault('10')
    .describe('How long a used refresh token may be used again; 0 is off.'),
  PASSWORD_MIN_CHARACTERS: wholeNumber({ min: 8, max: 64 }).prefault('8').describe('Of new passwords.'),
  BCRYPT_COST: wholeNumber({ min: 10, max: 16 }).prefault('12').describe('Each step doubles what a password costs.'),
  BCRYPT_CONCURRENCY: wholeNumber({ min: 1, max: 64 })
    .prefault(String(defaultConcurrency))
    .describe('How many passwords are hashed at once.'),
  LOGIN_FAILURES_PER_ACCOUNT: limit()
    .prefault('10')
    .describe('Wrong passwords for one account from one address in 15 minutes; 0 is off.'),
  LOGIN_FAILURES_PER_ADDRESS: limit()
    .prefault('100')
    .describe('Wrong passwords from one address in 15 minutes; 0 is off.'),
  REGISTRATIONS_PER_ADDRESS: limit().prefault('300').describe('Registrations from one address in an hour; 0 is off.'),
});

/** What these variables say. */
export function accountRulesFrom(env: z.output<typeof accountVariables>): AccountRules {
  return {
    accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
    sessions: {
      graceSeconds: env.REFRESH_REUSE_GRACE_SECONDS,
      idleSeconds: env.SESSION_IDLE_SECONDS,
      longestSeconds: env.SESSION_LONGEST_SECONDS,
    },
    passwords: {
      cost: env.BCRYPT_COST,
      concurrency: env.BCRYPT_CONCURRENCY,
      minCharacters: env.PASSWORD_MIN_CHARACTERS,
    },
    limits: {
      failuresPerAccount: env.LOGIN_FAILURES_PER_ACCOUNT,
      failuresPerAddress: env.LOGIN_FAILURES_PER_ADDRESS,
      registrationsPerAddress: env.REGISTRATIONS_PER_ADDRESS,
    },
  };
}

/** What auth reads of the environment. */
export const authEnvironment = z.object({
  AUTH_PORT: port().prefault('4001').describe('Port that the auth subgraph listens on.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  AUTH_DATABASE_FILE: z.string().describe('SQLite file of the accounts; created where there is none.'),
  SIGNING_KEYS_FOLDER: z.string().describe('Folder of the RSA private keys that sign tokens: see npm run keys.'),
  CLIENT_ADDRESS_KEY_FILE: secretFile(readClientAddressKey).describe(
    'File with the key (base64, 32 bytes or more) that client addresses are signed with; the same as the gateway has.',
  ),
  TOKEN_ISSUER: z.string().describe('Who issues access tokens: their iss, a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Whom access tokens are for: their aud.'),
  TOKEN_CLIENT_ID: z.string().default('image-supergraph').describe('The client_id of access tokens.'),
  EVENT_AUDIENCE: z.string().describe('Whom security events are for: their aud.'),
  EVENT_SUBSCRIBERS: namedHttpUrls()
    .default([])
    .describe('Who is told of ended sessions and accounts, as resources=http://resources:4002/events.'),
  ...accountVariables.shape,
  SHUTDOWN_GRACE_MS: shutdownGraceMs(),
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
