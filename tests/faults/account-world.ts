import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type Accounts, accountsAt } from './accounts.ts';
import { type AuthAt, openAccounts, startAuthAt } from './auth-at.ts';
import { keepJournal } from './checker.accounts.ts';
import type { Findings } from './checker.ts';
import { clientOf, isShown, type Picture } from './client.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { putSigningKey } from './keys.ts';
import type { Between, ResourcesAt } from './resources-at.ts';
import { inDatabase, patient, startWorld } from './world.ts';

/** Of tests that kill processes by the dozen, on a machine that is busy. */
export const timeout = 240_000;

/** Until it does not throw; however busy the machine is. */
export const until = (expectation: () => void): Promise<void> => vi.waitFor(expectation, 30_000);

/** A world with accounts, whose events go through a proxy to resources, wherever these serve. */
export async function startAccountWorld() {
  const world = await startWorld();
  const folder = dirname(world.at.file);
  let target: string | undefined;
  const events = await startFaultyProxy(() => target);
  const auth: AuthAt = prepareAuth(folder, `${events.url}/events`);
  return {
    ...world,
    auth,
    events,

    /** As other worlds have them, but for the time that they have for the image service. */
    start: (settings: Partial<ResourcesAt> = {}, between?: Between) =>
      world.start({ ...patient, ...settings }, between),

    /** Where events are delivered from now on: resources by any URL of theirs. */
    deliverTo(resourcesUrl: string) {
      target = new URL(resourcesUrl).origin;
    },

    /** Auth in the test's own process; it stops with the test where it has not before. */
    async startAuth() {
      const server = await startAuthAt(auth);
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= server.stop();
        return stopped;
      };
      onTestFinished(stop);
      return { ...accountsAt(server.url, world.told), stop };
    },

    /** Somebody new, with a resource of each picture, and a key for each. */
    async signUp(accounts: Accounts, resourcesUrl: string, pictures: readonly Picture[]) {
      const { person, login } = await accounts.signUp();
      const client = clientOf(resourcesUrl, login.session.accessToken, world.told);
      const ids: string[] = [];
      for (const picture of pictures) {
        const created = await client.create({ picture, idempotencyKey: `${ids.length}` });
        if (!isShown(created)) throw new Error(`There is nothing to begin with: ${created.code}`);
        ids.push(created.id);
      }
      return { person, login, client, ids };
    },

    /** Of everything, by resources that serve at this URL. */
    checkAll: (resourcesUrl: string, settlesWithinMs?: number): Promise<Findings> =>
      world.check(settlesWithinMs, { file: auth.file, resourcesUrl }),
  };
}

export type AccountWorld = Awaited<ReturnType<typeof startAccountWorld>>;

/** An empty database of accounts, whose outbox has a journal, and a key to sign with. */
export function prepareAuth(folder: string, eventsUrl: string): AuthAt {
  const auth = { file: join(folder, 'auth.sqlite'), keysFolder: join(folder, 'keys'), eventsUrl };
  putSigningKey(auth.keysFolder);
  openAccounts(auth.file).close();
  inDatabase(auth.file, keepJournal);
  return auth;
}
