import { createAuthenticate } from '../../runtime/access-token.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../../runtime/graphql-server.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createPasswords } from './passwords.ts';
import type { UserStore } from './storage/user-store.ts';
import { createAuthSubgraph } from './subgraph.ts';
import { createIssueToken, type IssuerSettings } from './tokens.ts';
import { createUsers } from './users.ts';

export interface AuthSettings {
  store: UserStore;
  tokens: IssuerSettings;
  bcrypt: { cost: number; concurrency: number };
  listen: Listen;
  log: Logger;
}

/** Starts the auth subgraph; the store is closed when it stops. */
export function startAuth({ store, tokens, bcrypt, listen, log }: AuthSettings): Promise<RunningServer> {
  const { issuer, audience, signingKey } = tokens;
  const users = createUsers({ store, passwords: createPasswords(bcrypt), issueToken: createIssueToken(tokens) });
  const authenticate = createAuthenticate({ verificationKey: signingKey.verificationKey, issuer, audience });
  return startGraphqlServer({
    ...createAuthSubgraph({ users, authenticate }),
    checkReady: store.ping,
    listen,
    log,
    close: store.close,
  });
}
