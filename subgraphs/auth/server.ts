import type { IncomingMessage } from 'node:http';
import { limitRootFields } from '../../platform/graphql/limit-root-fields.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../platform/graphql/server.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import type { GracePeriod } from '../../platform/process/grace-period.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { createAuthenticate } from '../../platform/tokens/access-token.ts';
import { credentialFields } from '../../schema/credential-fields.ts';
import { publicErrors } from '../../schema/error-codes.ts';
import { createAccounts } from './accounts/accounts.ts';
import { completeConfusables, startMaintenance } from './accounts/maintenance.ts';
import { type Subscriber, startEventDelivery } from './events/event-delivery.ts';
import { pushEvent } from './events/event-push.ts';
import { createPasswords, type PasswordSettings } from './passwords/passwords.ts';
import { createThrottle, type Limits } from './rate-limiting/throttle.ts';
import { createSessions, type SessionTimes } from './sessions/sessions.ts';
import type { LimitStore } from './storage/limit-store.ts';
import type { UserStore } from './storage/user-store.ts';
import { createAuthSubgraph } from './subgraph.ts';
import { createJwksPath } from './tokens/jwks-endpoint.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import { createIssueToken, createSignEvent, type TokenSettings } from './tokens/tokens.ts';

/** What may be decided about accounts. */
export interface AccountRules {
  accessTokenSeconds: number;
  sessions: SessionTimes;
  passwords: PasswordSettings;
  limits: Limits;
}

export interface AuthSettings {
  /** Stopped and closed when the subgraph stops, as the store and the counters are. */
  keys: SigningKeys;
  store: UserStore;
  counters: LimitStore;
  tokens: Omit<TokenSettings, 'lifetimeSeconds'>;
  rules: AccountRules;
  /** Who is told of ended sessions and accounts: the subscribers whose names the store was opened with. */
  events: { audience: string; subscribers: readonly Subscriber[] };
  /** Who asks; the other end of the connection where it is left out. */
  clientOf?: (req: IncomingMessage) => ClientInfo;
  /** How long a stop waits for requests in flight; the default period if omitted. */
  grace?: GracePeriod;
  listen: Listen;
  log: Logger;
}

/** Starts the auth subgraph, and the delivery of what it, or one before it, has not told its subscribers yet. */
export async function startAuth(settings: AuthSettings): Promise<RunningServer> {
  const { keys, store, counters, tokens, rules, events, clientOf, grace, listen, log } = settings;
  const { issuer, audience } = tokens;
  const issueToken = createIssueToken({ ...tokens, lifetimeSeconds: rules.accessTokenSeconds, keys });
  const sessions = createSessions({ store: store.sessions, issueToken, times: rules.sessions });
  const passwords = createPasswords(rules.passwords);
  const throttle = createThrottle({ limits: rules.limits, counters, log });
  const users = createAccounts({ store, sessions, passwords, throttle, log });
  const authenticate = createAuthenticate({ keys, issuer, audience });

  await completeConfusables(store);
  const upkeep = startMaintenance(store, log);
  const sign = createSignEvent({ keys, issuer, audience: events.audience });
  const { subscribers } = events;
  const delivery = startEventDelivery({ subscribers, outbox: store.outbox, sign, push: pushEvent, log });

  return startGraphqlServer({
    ...createAuthSubgraph({ users, sessions, authenticate }),
    validationRules: [limitRootFields({ operation: 'mutation', fields: credentialFields })],
    publicErrors,
    paths: { '/.well-known/jwks.json': createJwksPath(keys) },
    checkReady: store.ping,
    ...(clientOf && { clientOf }),
    ...(grace && { grace }),
    listen,
    log,
    close: async () => {
      await Promise.all([delivery.stop(), upkeep.stop()]);
      keys.stop();
      counters.close();
      store.close();
    },
  });
}
