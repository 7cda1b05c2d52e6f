import { setTimeout } from 'node:timers/promises';
import { accountsAt, type Login, type Person, RefusedByAuth } from './accounts.ts';
import { clientOf, isShown } from './client.ts';
import type { Told } from './client-ledger.ts';
import type { Fleets, Urls } from './fleets.ts';
import { createDo, type Wanted } from './load.resources.ts';
import type { Random } from './random.ts';

/** Accounts who do all that can be done, whatever becomes of the processes that they ask. */
export interface Load {
  /** What answers were errors: codes that only a bug or a loss gives. */
  surprises: string[];
  /** How many mutations of resources were answered with success. */
  successes(): number;
  /** How often something was not answered, as its process was killed. */
  unanswered(): number;
  /** Ends when everybody has heard of what they asked for last. */
  stop(): Promise<void>;
  /** Asks again for every create with a key whose outcome nobody knows, until it is known. */
  learn(at: Urls): Promise<void>;
}

interface Known {
  person: Person;
  login: Login;
}

interface Leaving {
  at: Urls;
  description: string;
}

/** Somebody as they are just now: without an account, without a session, or with both. */
interface Somebody extends Partial<{ [Name in keyof Known]: Known[Name] | undefined }> {
  mine: string[];
}

const waitMs = 500;
const longestRequestMs = 15_000;
/** Of 1. */
const leaves = 0.06;
const logsOut = 0.08;
/** How much may be done of what is under way when somebody leaves. */
const leavingMs = 30;

/** `urls` are those of processes that serve just now; where there is none, who needs one waits. */
export function startLoad(settings: { users: number; urls: Fleets['urls']; told: Told; random: Random }): Load {
  const { users, urls, told, random } = settings;
  const surprises: string[] = [];
  const unknown: Wanted[] = [];
  let unanswered = 0;
  let isStopping = false;
  const doOne = createDo(random, { surprises, unknown });

  const logIn = async (somebody: Somebody, authUrl: string) => {
    const accounts = accountsAt(authUrl, told);
    if (somebody.person) somebody.login = await accounts.logIn(somebody.person);
    else Object.assign(somebody, await accounts.signUp());
  };

  const logOut = async (somebody: Somebody, { person, login }: Known, authUrl: string) => {
    const accounts = accountsAt(authUrl, told);
    somebody.login = undefined;
    if (random() < 0.5) return accounts.logOut(login);
    await accounts.logIn(person);
    await accounts.logOutEverywhere(person, login);
  };

  /** Deletes an account while something of it is under way. */
  const leave = async (somebody: Somebody, { person, login }: Known, { at, description }: Leaving) => {
    const client = clientOf(at.resources, login.session.accessToken, told);
    const doing = { person, client, isLeaving: true };
    const acts = [1, 2, 3].map((nth) =>
      doOne({ ...doing, mine: [...somebody.mine], description: `${description}, ${nth}` }),
    );
    Object.assign(somebody, { person: undefined, login: undefined, mine: [] });
    const leaving = setTimeout(random() * leavingMs).then(() => accountsAt(at.auth, told).deleteAccount(person, login));
    for (const outcome of await Promise.allSettled([...acts, leaving])) {
      if (outcome.status === 'rejected') takeFailure(outcome.reason);
    }
  };

  const step = async (somebody: Somebody, { resources, auth }: ReturnType<Fleets['urls']>, description: string) => {
    const { person, login, mine } = somebody;
    if (!person || !login) return auth && logIn(somebody, auth);
    const dice = random();
    if (auth && resources && dice < leaves) {
      return leave(somebody, { person, login }, { at: { auth, resources }, description });
    }
    if (auth && dice < leaves + logsOut) return logOut(somebody, { person, login }, auth);
    const client = resources && clientOf(resources, login.session.accessToken, told);
    return client && doOne({ person, client, mine, description });
  };

  /** A process that is killed answers nobody, which is no surprise here. */
  const takeFailure = (error: unknown) => {
    if (!(error instanceof RefusedByAuth)) unanswered += 1;
    else if (error.code !== 'SERVICE_UNAVAILABLE') surprises.push(`auth: ${error.message}`);
  };

  const live = async (name: string) => {
    const somebody: Somebody = { mine: [] };
    for (let count = 0; !isStopping; count += 1) {
      await within(step(somebody, urls(), `${name} ${count}`)).catch(takeFailure);
      await setTimeout(waitMs);
    }
  };
  const lives = Array.from({ length: users }, (_, at) => live(`user ${at}`));

  return {
    surprises,
    unanswered: () => unanswered,
    successes: () => told.successes.length + told.deleted.length,
    async stop() {
      isStopping = true;
      await Promise.all(lives);
    },
    async learn(at) {
      for (const { person, input } of unknown) {
        // Of an account that may be gone nobody asks any more.
        if (person.told.deletion) continue;
        const { session } = await accountsAt(at.auth, told).logIn(person);
        const created = await clientOf(at.resources, session.accessToken, told).create(input);
        if (!isShown(created)) surprises.push(`create asked for again: ${JSON.stringify(created)}`);
      }
    },
  };
}

/** A process that hangs is a surprise that must not hang the tests. */
async function within(acting: Promise<unknown>): Promise<void> {
  const end = new AbortController();
  const late = setTimeout(longestRequestMs, undefined, { signal: end.signal }).then(() => {
    throw new Error('It took too long.');
  });
  late.catch(() => {});
  try {
    await Promise.race([acting, late]);
  } finally {
    end.abort();
  }
}
