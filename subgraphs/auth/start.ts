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

/** Of a gateway's request, which is the client's and what the plan adds to it. */
const maxBodyBytes = 2 * 1024 * 1024;

/** Starts the auth subgraph; the store is closed when it stops. */
export async function startAuth({ store, tokens, bcrypt, listen, log }: AuthSettings): Promise<RunningServer> {
  const { issuer, audience, signingKey } = tokens;
  const users = createUsers({ store, passwords: createPasswords(bcrypt), issueToken: createIssueToken(tokens) });
  const authenticate = createAuthenticate({ verificationKey: signingKey.verificationKey, issuer, audience });
  const server = await startGraphqlServer({
    ...createAuthSubgraph({ users, authenticate }),
    checkReady: store.ping,
    corsOrigins: [],
    maxBodyBytes,
    listen,
    log,
  });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      store.close();
    },
  };
}
