import { setTimeout } from 'node:timers/promises';
import { type Account, AuthError, accountClientAt, type Login } from '../clients/account-client.ts';
import type { ClientLedger } from '../clients/ledger.ts';
import { clientOf, isResource } from '../clients/resource-client.ts';
import type { Fleets, Urls } from './fleets.ts';
import type { Random } from './random.ts';
import { createRandomAction, type PendingCreate } from './resource-actions.ts';

/** Users who send every mutation, at random, to processes that are being killed. */
export interface Load {
  /** Error answers whose code only a bug or a loss explains. */
  unexpectedErrors: string[];
  /** Number of confirmed mutations of resources. */
  successes(): number;
  /** Number of requests without an answer, as their process was killed. */
  unanswered(): number;
  /** Resolves when the last requests have ended. */
  stop(): Promise<void>;
  /** Repeats every create with an idempotency key whose outcome is unknown. */
  resolvePendingCreates(at: Urls): Promise<void>;
}

interface LoggedIn {
  account: Account;
  login: Login;
}

/** A user has no account, an account without a session, or both. */
interface User {
  account?: Account | undefined;
  login?: Login | undefined;
  resourceIds: string[];
}

interface DeletionContext {
  at: Urls;
  description: string;
}

const pauseMs = 500;
const longestRequestMs = 60_000;
/** Shares of all actions. */
const accountDeletions = 0.06;
const logOuts = 0.08;
/** How long mutations run before the account that sent them is deleted. */
const longestDeletionDelayMs = 30;

/** `urls` gives running processes. A user who needs one that is not running waits. */
export function startLoad(settings: {
  users: number;
  urls: Fleets['urls'];
  ledger: ClientLedger;
  random: Random;
}): Load {
  const { users, urls, ledger, random } = settings;
  const unexpectedErrors: string[] = [];
  const pendingCreates: PendingCreate[] = [];
  let unanswered = 0;
  let isStopping = false;
  const actOnResources = createRandomAction(random, { unexpectedErrors, pendingCreates });

  const logIn = async (user: User, authUrl: string) => {
    const client = accountClientAt(authUrl, ledger);
    if (user.account) user.login = await client.logIn(user.account);
    else Object.assign(user, await client.signUp());
  };

  const logOut = async (user: User, { account, login }: LoggedIn, authUrl: string) => {
    const client = accountClientAt(authUrl, ledger);
    user.login = undefined;
    if (random() < 0.5) return client.logOut(login);
    await client.logIn(account);
    await client.logOutEverywhere(account, login);
  };

  /** Deletes an account while three of its mutations run. */
  const deleteAccount = async (user: User, { account, login }: LoggedIn, { at, description }: DeletionContext) => {
    const client = clientOf(at.resources, login.session.accessToken, ledger);
    const { resourceIds } = user;
    Object.assign(user, { account: undefined, login: undefined, resourceIds: [] });
    const actions = [1, 2, 3].map((nth) =>
      actOnResources({
        ...{ account, client, isBeingDeleted: true },
        ...{ resourceIds: [...resourceIds], description: `${description}, ${nth}` },
      }),
    );
    const deletion = setTimeout(random() * longestDeletionDelayMs).then(() =>
      accountClientAt(at.auth, ledger).deleteAccount(account, login),
    );
    for (const outcome of await Promise.allSettled([...actions, deletion])) {
      if (outcome.status === 'rejected') recordFailure(outcome.reason);
    }
  };

  const act = async (user: User, { resources, auth }: ReturnType<Fleets['urls']>, description: string) => {
    const { account, login, resourceIds } = user;
    if (!account || !login) return auth && logIn(user, auth);
    const roll = random();
    if (auth && resources && roll < accountDeletions) {
      return deleteAccount(user, { account, login }, { at: { auth, resources }, description });
    }
    if (auth && roll < accountDeletions + logOuts) return logOut(user, { account, login }, auth);
    const client = resources && clientOf(resources, login.session.accessToken, ledger);
    return client && actOnResources({ account, client, resourceIds, description });
  };

  /** A killed process sends no answer, which is expected here. */
  const recordFailure = (error: unknown) => {
    if (!(error instanceof AuthError)) unanswered += 1;
    else if (error.code !== 'SERVICE_UNAVAILABLE') unexpectedErrors.push(`auth: ${error.message}`);
  };

  const runUser = async (name: string) => {
    const user: User = { resourceIds: [] };
    for (let count = 0; !isStopping; count += 1) {
      await withTimeout(act(user, urls(), `${name} ${count}`)).catch(recordFailure);
      await setTimeout(pauseMs);
    }
  };
  const running = Array.from({ length: users }, (_, at) => runUser(`user ${at}`));

  return {
    unexpectedErrors,
    unanswered: () => unanswered,
    successes: () => ledger.successes.length + ledger.deleted.length,
    async stop() {
      isStopping = true;
      await Promise.all(running);
    },
    async resolvePendingCreates(at) {
      for (const { account, input } of pendingCreates) {
        if (account.record.deletion) continue;
        const { session } = await accountClientAt(at.auth, ledger).logIn(account);
        const created = await clientOf(at.resources, session.accessToken, ledger).create(input);
        if (!isResource(created)) unexpectedErrors.push(`repeated create: ${JSON.stringify(created)}`);
      }
    },
  };
}

/** Rejects if an action hangs, so that the load can stop. */
async function withTimeout(action: Promise<unknown>): Promise<void> {
  const end = new AbortController();
  const timeout = setTimeout(longestRequestMs, undefined, { signal: end.signal }).then(() => {
    throw new Error(`No answer within ${longestRequestMs} ms.`);
  });
  timeout.catch(() => {});
  try {
    await Promise.race([action, timeout]);
  } finally {
    end.abort();
  }
}
