import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startSupergraph } from '../../embedded/supergraph.ts';
import type { AccountRules } from '../../subgraphs/auth/server.ts';
import { register } from './accounts.ts';
import { type Ask, createAsk, given } from './ask.ts';
import { createStored } from './documents.ts';
import { startRouterBefore } from './router.ts';

/** Somebody with an account, logged in. */
export interface Person {
  id: string;
  username: string;
  password: string;
  token: string;
  refreshToken: string;
  /** Asks with the person's token. */
  ask: Ask;
  /** Creates a resource with a small image of its own; gives its id. */
  create(title?: string): Promise<string>;
}

/** A whole supergraph: every process listening on a port of its own, on an empty data folder. */
export interface System {
  gateway: string;
  auth: string;
  resources: string;
  imageService: string;
  dataFolder: string;
  /** Asks the gateway, without a token unless one is given. */
  ask: Ask;
  /** Asks the gateway with a token. */
  as(token: string): Ask;
  signUp(): Promise<Person>;
  stop(): Promise<void>;
}

/** As strict as by default, with passwords that cost little. */
const accounts: AccountRules = {
  accessTokenSeconds: 900,
  sessions: { graceSeconds: 10, idleSeconds: 2_592_000, longestSeconds: 7_776_000 },
  passwords: { cost: 4, concurrency: 2 },
  limits: { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 },
};

/** What startSupergraph needs to run beside others: free ports, and quiet. */
export const testSettings = {
  host: '127.0.0.1',
  ports: { gateway: 0, auth: 0, resources: 0, imageService: 0 },
  executor: 'compiled',
  calls: inject('calls'),
  corsOrigins: ['https://app.example'],
  accounts,
  logLevel: 'silent',
} as const;

/** What of a system may be otherwise. */
export interface SystemSettings {
  trustedProxies?: readonly string[];
  /** Origins that browsers may call from. */
  corsOrigins?: readonly string[];
  /** One that is kept when the system stops. */
  dataFolder?: string;
}

/** Starts a supergraph on an empty folder, with other rules about accounts where they are given; `stop` removes the folder. */
export async function startSystem(
  rules: Partial<AccountRules> = {},
  { dataFolder: kept, ...settings }: SystemSettings = {},
): Promise<System> {
  const dataFolder = kept === undefined ? temporaryFolder() : { path: kept, remove: () => {} };
  const { stop, ...own } = await startSupergraph({
    ...testSettings,
    ...settings,
    accounts: { ...accounts, ...rules },
    dataFolder: dataFolder.path,
  });
  const router = await startRouterBefore(own, { dataFolder: dataFolder.path, ...settings });
  const urls = { ...own, gateway: router?.url ?? own.gateway };
  return {
    ...urls,
    ...personsAt(urls.gateway),
    dataFolder: dataFolder.path,
    stop: async () => {
      await router?.stop();
      await stop();
      dataFolder.remove();
    },
  };
}

/** The ways to ask a gateway and to sign up at it, wherever it runs. */
export function personsAt(gateway: string): Pick<System, 'ask' | 'as' | 'signUp'> {
  const ask = createAsk(gateway);
  return {
    ask,
    as: (token) => createAsk(gateway, token),
    async signUp() {
      const username = uniqueName();
      const password = `correct horse ${randomUUID().slice(0, 8)}`;
      const registered = await ask.data(register, { input: { username, password } });
      const { accessToken: token, refreshToken, user } = given(registered.register);
      const asPerson = createAsk(gateway, token);
      const create = async (title = 'A picture') => {
        const input = { title, image: { data: fixture('four-colours.png').toString('base64') } };
        return given((await asPerson.data(createStored, { input })).createResource).resource.id;
      };
      return { id: user.id, username, password, token, refreshToken, ask: asPerson, create };
    },
  };
}

/** A username that nobody has. */
export const uniqueName = () => `user-${randomUUID().slice(0, 13)}`;

/** The bytes of a file of tests/fixtures. */
export const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** An empty folder outside the project. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'supergraph-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
