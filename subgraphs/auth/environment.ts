import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { costVariables } from '../../platform/cost/limit-cost.ts';
import { documentLimitVariables } from '../../platform/graphql/document-limits/environment.ts';
import { responseVariables } from '../../platform/graphql/execution/response-size.ts';
import { logLevel, namedHttpUrls, onOrOff, port, wholeNumber } from '../../platform/process/environment.ts';
import { shutdownVariables } from '../../platform/process/shutdown.ts';
import { gatewayKeyFile, gatewaySignature } from '../../platform/signatures/environment.ts';
import type { AccountRules } from './server.ts';

/** Leaves one of libuv's four threads for files and images. */
const defaultConcurrency = Math.min(3, availableParallelism());

const limit = () => wholeNumber({ min: 0, max: 1_000_000 });
const seconds = () => wholeNumber({ min: 60, max: 31_536_000 });

/** Settings of the account rules; each has a default. */
export const accountVariables = z.object({
  ACCESS_TOKEN_SECONDS: wholeNumber({ min: 1, max: 86_400 }).prefault('900').describe('Lifetime of access tokens.'),
  SESSION_IDLE_SECONDS: seconds().prefault('2592000').describe('Lifetime of a session that is not refreshed.'),
  SESSION_LONGEST_SECONDS: seconds().prefault('7776000').describe('Maximum lifetime of a session.'),
  REFRESH_REUSE_GRACE_SECONDS: wholeNumber({ min: 0, max: 300 })
    .prefault('10')
    .describe('How long a used refresh token may be used again; 0 turns this off.'),
  REFRESH_RETRY_SECONDS: wholeNumber({ min: 0, max: 2_592_000 })
    .prefault('86400')
    .describe(
      'How long a used refresh token may be retried, until the token that came of it is used; 0 turns this off.',
    ),
  PASSWORD_MIN_CHARACTERS: wholeNumber({ min: 8, max: 64 }).prefault('8').describe('Minimum length of new passwords.'),
  BCRYPT_COST: wholeNumber({ min: 10, max: 16 })
    .prefault('12')
    .describe('Cost of password hashes: each step doubles the time.'),
  BCRYPT_CONCURRENCY: wholeNumber({ min: 1, max: 64 })
    .prefault(String(defaultConcurrency))
    .describe('Maximum number of passwords hashed at once.'),
  LOGIN_FAILURES_PER_ACCOUNT: limit()
    .prefault('10')
    .describe('Wrong passwords allowed for one account from one address in 15 minutes; 0 means no limit.'),
  LOGIN_FAILURES_PER_ADDRESS: limit()
    .prefault('100')
    .describe('Wrong passwords allowed from one address in 15 minutes; 0 means no limit.'),
  REGISTRATIONS_PER_ADDRESS: limit()
    .prefault('300')
    .describe('Registrations allowed from one address in an hour; 0 means no limit.'),
});

/** Converts the variables into settings. */
export function accountRulesFrom(env: z.output<typeof accountVariables>): AccountRules {
  return {
    accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
    sessions: {
      graceSeconds: env.REFRESH_REUSE_GRACE_SECONDS,
      retrySeconds: env.REFRESH_RETRY_SECONDS,
      idleSeconds: env.SESSION_IDLE_SECONDS,
      maxSeconds: env.SESSION_LONGEST_SECONDS,
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

/** All environment variables of the auth subgraph. */
export const authEnvironment = z.object({
  AUTH_PORT: port().prefault('4001').describe('Port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  AUTH_DATABASE_FILE: z.string().describe('SQLite file of the accounts; created if it is missing.'),
  SIGNING_KEYS_FOLDER: z.string().describe('Folder of the RSA private keys that sign tokens; see npm run keys.'),
  GATEWAY_KEY_FILE: gatewayKeyFile(),
  GATEWAY_SIGNATURE: gatewaySignature(),
  TOKEN_ISSUER: z.string().describe('Issuer of tokens (iss), a URL.'),
  TOKEN_AUDIENCE: z.string().describe('Audience of access tokens (aud).'),
  TOKEN_CLIENT_ID: z.string().default('image-supergraph').describe('The client_id claim of access tokens.'),
  EVENT_AUDIENCE: z.string().describe('Audience of security events (aud).'),
  EVENT_SUBSCRIBERS: namedHttpUrls()
    .default([])
    .describe(
      'Receivers of security events (ended sessions, deleted accounts), as resources=http://resources:4002/events.',
    ),
  ...accountVariables.shape,
  ...costVariables,
  ...documentLimitVariables,
  INTROSPECTION: onOrOff()
    .prefault('on')
    .describe('Shows the schema to clients, and suggests names of it in errors: on or off.'),
  ...responseVariables,
  ...shutdownVariables,
  LOG_LEVEL: logLevel().default('info').describe('One of trace, debug, info, warn, error, silent.'),
});
