import { accountClientAt } from '../clients/account-client.ts';
import { emptyLedger } from '../clients/ledger.ts';
import { type AuthSettings, startAuthServer } from './auth-server.ts';
import { createKiller, type KillSettings, printLine } from './steps.ts';

/** The process's one argument, as JSON. */
export interface AuthProcess extends AuthSettings, KillSettings {
  /** Opens and deletes an account before it prints its URL, so that the code for that is compiled. */
  warmsUp?: boolean;
}

/** A killable process of the auth subgraph alone. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const settings = JSON.parse(argument) as AuthProcess;
  const { url } = await startAuthServer(settings, createKiller(settings));
  if (settings.warmsUp) await warmUp(url);
  printLine(`url ${url}`);
}

async function warmUp(url: string): Promise<void> {
  const client = accountClientAt(url, emptyLedger());
  const { account, login } = await client.signUp();
  await client.logOut(login);
  await client.deleteAccount(account, await client.logIn(account));
}
