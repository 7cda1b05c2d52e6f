import { accountsAt } from './accounts.ts';
import { type AuthAt, startAuthAt } from './auth-at.ts';
import { noTold } from './client-ledger.ts';
import { createReach, type Doomed, tell } from './killable.ts';

/** One JSON argument of the process. */
export interface AuthProcess extends AuthAt, Doomed {
  /** Opens and deletes an account before anybody else is answered. */
  isRehearsing?: boolean;
}

/** A process of the auth subgraph and nothing else, that can be told where to die. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const settings = JSON.parse(argument) as AuthProcess;
  const { url } = await startAuthAt(settings, createReach(settings));
  if (settings.isRehearsing) await rehearse(url);
  tell(`url ${url}`);
}

async function rehearse(url: string): Promise<void> {
  const accounts = accountsAt(url, noTold());
  const { person, login } = await accounts.signUp();
  await accounts.logOut(login);
  await accounts.deleteAccount(person, await accounts.logIn(person));
}
