import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { createEventJournal } from './checks/account-checker.ts';
import type { Findings } from './checks/checker.ts';
import { type AccountClient, accountClientAt } from './clients/account-client.ts';
import { clientOf, type Picture, requireResource } from './clients/resource-client.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { type AuthSettings, openUserStore, startAuthServer } from './processes/auth-server.ts';
import { putSigningKey } from './processes/keys.ts';
import type { ResourcesSettings, ServerHooks } from './processes/resources-server.ts';
import { inDatabase, longTimeouts, startWorld } from './world.ts';

/** For tests that kill processes by the dozen, on a busy machine. */
export const timeout = 600_000;

/** Waits until an expectation holds, also on a busy machine. */
export const waitUntil = (expectation: () => void): Promise<void> => vi.waitFor(expectation, 60_000);

/** A world with accounts, whose events go through a proxy to the resources subgraph at any URL. */
export async function startAccountWorld() {
  const world = await startWorld();
  const folder = dirname(world.at.file);
  let target: string | undefined;
  const events = await startFaultyProxy(() => target);
  const auth: AuthSettings = prepareAuth(folder, `${events.url}/events`);
  return {
    ...world,
    auth,
    events,

    /** Starts the resources subgraph with long timeouts for the image service. */
    start: (settings: Partial<ResourcesSettings> = {}, hooks?: ServerHooks) =>
      world.start({ ...longTimeouts, ...settings }, hooks),

    /** Sets where events are delivered: any URL of the resources subgraph. */
    deliverTo(resourcesUrl: string) {
      target = new URL(resourcesUrl).origin;
    },

    /** Starts auth in the test's process. It stops with the test at the latest. */
    async startAuth() {
      const server = await startAuthServer(auth);
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= server.stop();
        return stopped;
      };
      onTestFinished(stop);
      return { ...accountClientAt(server.url, world.ledger), stop };
    },

    /** Opens an account and creates a resource of each picture, each with an idempotency key. */
    async signUp(accounts: AccountClient, resourcesUrl: string, pictures: readonly Picture[]) {
      const { account, login } = await accounts.signUp();
      const client = clientOf(resourcesUrl, login.session.accessToken, world.ledger);
      const ids: string[] = [];
      for (const picture of pictures) {
        ids.push(requireResource(await client.create({ picture, idempotencyKey: `${ids.length}` })).id);
      }
      return { account, login, client, ids };
    },

    /** Checks databases, images and tokens, the latter at this URL of the resources subgraph. */
    checkAll: (resourcesUrl: string, withinMs?: number): Promise<Findings> =>
      world.check(withinMs, { file: auth.file, resourcesUrl }),
  };
}

export type AccountWorld = Awaited<ReturnType<typeof startAccountWorld>>;

/** Creates auth's empty database with a journal of its events, and a signing key. */
export function prepareAuth(folder: string, eventsUrl: string): AuthSettings {
  const auth = { file: join(folder, 'auth.sqlite'), keysFolder: join(folder, 'keys'), eventsUrl };
  putSigningKey(auth.keysFolder);
  openUserStore(auth.file).close();
  inDatabase(auth.file, createEventJournal);
  return auth;
}
