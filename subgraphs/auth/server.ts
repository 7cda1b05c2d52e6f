import { limitSchemaCost } from '../../platform/cost/limit-cost.ts';
import { limitRootFields } from '../../platform/graphql/document-limits/limit-root-fields.ts';
import {
  type DocumentLimits,
  defaultDocumentLimits,
  unidentifiedLimits,
} from '../../platform/graphql/document-limits/limits.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../platform/graphql/server.ts';
import type { Logger } from '../../platform/process/logger.ts';
import type { Shutdown } from '../../platform/process/shutdown.ts';
import type { IdentifySender } from '../../platform/signatures/sender.ts';
import { createAuthenticate } from '../../platform/tokens/access-token.ts';
import { type ExchangeToken, tokenExchange } from '../../platform/tokens/token-exchange.ts';
import { credentialFields } from '../../schema/credential-fields.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import { createAccounts } from './accounts/accounts.ts';
import { startMaintenance, updateSkeletons } from './accounts/maintenance.ts';
import { type Subscriber, startEventDelivery } from './events/event-delivery.ts';
import { pushEvent } from './events/event-push.ts';
import { createSignEvent } from './events/event-signing.ts';
import { createPasswords, type PasswordSettings } from './passwords/passwords.ts';
import { createPersonalAccessTokens } from './personal-access-tokens/personal-access-tokens.ts';
import { createThrottle, type Limits } from './rate-limiting/throttle.ts';
import { createSessions, type SessionTimes } from './sessions/sessions.ts';
import type { LimitStore } from './storage/limit-store.ts';
import type { UserStore } from './storage/user-store.ts';
import { createAuthSubgraph } from './subgraph.ts';
import { type AccessTokenSettings, createIssueAccessToken } from './tokens/access-tokens.ts';
import { createJwksHandler } from './tokens/jwks-endpoint.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import { createTokenEndpoint } from './tokens/token-endpoint.ts';

/** Settings of the account rules. */
export interface AccountRules {
  accessTokenSeconds: number;
  sessions: SessionTimes;
  passwords: PasswordSettings;
  limits: Limits;
}

export interface AuthSettings {
  /** Stopped with the subgraph, which also closes the store and the counters. */
  keys: SigningKeys;
  store: UserStore;
  counters: LimitStore;
  tokens: Omit<AccessTokenSettings, 'lifetimeSeconds'>;
  rules: AccountRules;
  /** Receivers of security events; the store must have been opened with the same names. */
  events: { audience: string; subscribers: readonly Subscriber[] };
  /** Identifies the sender of a request, or rejects it; by default, by the remote address of its connection. */
  identifySender?: IdentifySender;
  /** The largest cost of one operation; `defaultMaxCost` if omitted. */
  maxCost?: number | undefined;
  /** Limits of what anybody but the gateway sends; `defaultDocumentLimits` if omitted. Needs `identifySender`. */
  documentLimits?: DocumentLimits;
  /** Shows the schema, and suggests names of it in errors; true if omitted. */
  introspection?: boolean;
  /** Limit of the JSON of one response, in bytes; `defaultMaxResponseBytes` if omitted. */
  maxResponseBytes?: number | undefined;
  /** Shared by the servers of a process; one with the default grace period if omitted. */
  shutdown?: Shutdown;
  listen: Listen;
  log: Logger;
}

export interface RunningAuth extends RunningServer {
  /** For a gateway in this process. */
  exchangeToken: ExchangeToken;
}

/** Limit of what is issued for a personal access token, in seconds. */
const maxExchangedSeconds = 300;

/** Starts the auth subgraph with its background jobs: delivering security events and deleting what has expired. */
export async function startAuth(settings: AuthSettings): Promise<RunningAuth> {
  const { keys, store, counters, tokens, rules, events, identifySender, maxCost, shutdown, listen, log } = settings;
  const { issuer, audience } = tokens;
  const issueFor = (lifetimeSeconds: number) => createIssueAccessToken({ ...tokens, lifetimeSeconds, keys });
  const issueAccessToken = issueFor(rules.accessTokenSeconds);
  const sessions = createSessions({ store: store.sessions, issueAccessToken, times: rules.sessions });
  const passwords = createPasswords(rules.passwords);
  const throttle = createThrottle({ limits: rules.limits, counters, log });
  const accounts = createAccounts({ store, sessions, passwords, throttle, log });
  const personalAccessTokens = createPersonalAccessTokens({
    store: store.personalAccessTokens,
    // A signing key is accepted for ACCESS_TOKEN_SECONDS after it was retired: no token may live longer.
    issueAccessToken: issueFor(Math.min(rules.accessTokenSeconds, maxExchangedSeconds)),
    log,
  });
  const authenticate = createAuthenticate({ keys, issuer, audience });

  await updateSkeletons(store);
  const maintenance = startMaintenance(store, log);
  const sign = createSignEvent({ keys, issuer, audience: events.audience });
  const { subscribers } = events;
  const delivery = startEventDelivery({ subscribers, outbox: store.outbox, sign, push: pushEvent, log });

  const subgraph = createAuthSubgraph({ accounts, sessions, personalAccessTokens, authenticate });
  const server = await startGraphqlServer({
    ...subgraph,
    validationRules: [limitRootFields({ operation: 'mutation', fields: credentialFields })],
    wrapExecutor: limitSchemaCost(subgraph.schema, maxCost),
    maxResponseBytes: settings.maxResponseBytes,
    publicErrors,
    paths: {
      '/.well-known/jwks.json': createJwksHandler(keys),
      [tokenExchange.path]: createTokenEndpoint(personalAccessTokens.exchange, identifySender),
    },
    checkReady: async () => Object.assign({}, ...(await Promise.all([store.checkHealth(), counters.checkHealth()]))),
    ...(identifySender && { identifySender }),
    introspection: settings.introspection ?? true,
    // Without it, anybody may be the gateway.
    documentLimits: identifySender ? (settings.documentLimits ?? defaultDocumentLimits) : unidentifiedLimits,
    ...(shutdown && { shutdown }),
    listen,
    log,
    close: async () => {
      await Promise.all([delivery.stop(), maintenance.stop()]);
      keys.stop();
      counters.close();
      await store.close();
    },
  });
  return { ...server, exchangeToken: personalAccessTokens.exchange };
}
