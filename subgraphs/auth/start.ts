import type { IncomingMessage } from 'node:http';
import { createAuthenticate } from '../../runtime/access-token.ts';
import type { Client } from '../../runtime/graphql-http.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../runtime/graphql-server.ts';
import type { Logger } from '../../runtime/logger.ts';
import { oneCredentialField } from '../../runtime/one-credential-field.ts';
import { type Subscriber, startEventDelivery } from './events/event-delivery.ts';
import { pushEvent } from './events/event-push.ts';
import { createThrottle, type Limits } from './guesses/throttle.ts';
import { createJwksPath } from './keys/jwks-path.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import { createPasswords, type PasswordSettings } from './passwords/passwords.ts';
import { createSessions, type SessionTimes } from './sessions.ts';
import type { LimitStore } from './storage/limit-store.ts';
import type { UserStore } from './storage/user-store.ts';
import { createAuthSubgraph } from './subgraph.ts';
import { createIssueToken, createSignEvent, type TokenSettings } from './tokens.ts';
import { completeLookAlikes, startUpkeep } from './upkeep.ts';
import { createUsers } from './users.ts';

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
  clientOf?: (req: IncomingMessage) => Client;
  listen: Listen;
  log: Logger;
}

/** Starts the auth subgraph, and the delivery of what it, or one before it, has not told its subscribers yet. */
export async function startAuth(settings: AuthSettings): Promise<RunningServer> {
  const { keys, store, counters, tokens, rules, events, clientOf, listen, log } = settings;
  const { issuer, audience } = tokens;
  const issueToken = createIssueToken({ ...tokens, lifetimeSeconds: rules.accessTokenSeconds, keys });
  const sessions = createSessions({ store: store.sessions, issueToken, times: rules.sessions });
  const passwords = createPasswords(rules.passwords);
  const throttle = createThrottle({ limits: rules.limits, counters, log });
  const users = createUsers({ store, sessions, passwords, throttle, log });
  const authenticate = createAuthenticate({ keys, issuer, audience });

  await completeLookAlikes(store);
  const upkeep = startUpkeep(store, log);
  const sign = createSignEvent({ keys, issuer, audience: events.audience });
  const { subscribers } = events;
  const delivery = startEventDelivery({ subscribers, outbox: store.outbox, sign, push: pushEvent, log });

  return startGraphqlServer({
    ...createAuthSubgraph({ users, sessions, authenticate }),
    validationRules: [oneCredentialField],
    paths: { '/.well-known/jwks.json': createJwksPath(keys) },
    checkReady: store.ping,
    ...(clientOf && { clientOf }),
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
