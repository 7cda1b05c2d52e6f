import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { startAccountWorld, timeout, waitUntil } from './account-world.ts';
import { acceptsToken, readAccounts, undeliveredEvents } from './checks/account-checker.ts';
import { noFindings } from './checks/checker.ts';
import { type Account, type AccountClient, accountClientAt, type Login } from './clients/account-client.ts';
import { png } from './clients/resource-client.ts';
import { expectKilledAt, printStepCount, withOccurrences } from './kill-at-step.ts';
import { startAuthProcess } from './processes/spawn.ts';
import type { Call, KillSettings, Step } from './processes/steps.ts';
import { storeForeign } from './world.ts';

/** A mutation that ends sessions or an account. */
interface Ending {
  send(accounts: AccountClient, ada: Ada): Promise<void>;
  /** Store calls up to the one that commits it. */
  calls: Call[];
  /** Number of events that it writes. */
  events: number;
  /** The session that it ends. */
  ends: 'login' | 'other';
}

/** An account with a resource and two sessions. */
interface Ada {
  account: Account;
  login: Login;
  other: Login;
}

const endings: Record<string, Ending> = {
  'the deletion of an account': {
    send: (accounts, { account, login }) => accounts.deleteAccount(account, login),
    ...{ calls: ['users.remove'], events: 1, ends: 'login' },
  },
  'a log-out': {
    send: (accounts, { login }) => accounts.logOut(login),
    ...{ calls: ['sessions.endByToken'], events: 1, ends: 'login' },
  },
  'a log-out everywhere': {
    send: (accounts, { account, login }) => accounts.logOutEverywhere(account, login),
    ...{ calls: ['sessions.endAll'], events: 2, ends: 'other' },
  },
  'the end of another session': {
    send: (accounts, { login, other }) => accounts.endSession(login, other),
    ...{ calls: ['sessions.end'], events: 1, ends: 'other' },
  },
  'a change of password': {
    send: (accounts, { account, login }) => accounts.changePassword(account, login),
    ...{ calls: ['users.changePassword'], events: 1, ends: 'other' },
  },
  'a refresh token that is used again after the next one': {
    send: (accounts, { other }) => accounts.reuse(other),
    ...{ calls: ['sessions.rotate', 'sessions.rotate', 'sessions.rotate'], events: 1, ends: 'other' },
  },
};

/** Store calls of the registration of ada, and of her second log-in. */
const callsOfSignUp: Call[] = ['users.insert', 'sessions.open'];

const inTwo = (call: Call): Step[] => [`before ${call}`, `after ${call}`];
const stepsOfEnding = ({ calls, events }: Ending): Step[] => [
  ...calls.flatMap(inTwo),
  ...Array.from({ length: events }, () => inTwo('outbox.markAccepted')).flat(),
];

/** Moments of a delivery at which the proxy between auth and resources kills auth. */
const deliveries = {
  'has sent an event': async (kill, forward) => {
    await kill();
    await forward().catch(() => {});
  },
  'has sent an event that gets lost': (kill) => kill(),
  'has sent an event that was accepted': async (kill, forward) => {
    await forward();
    await kill();
  },
} satisfies Record<string, (kill: () => Promise<void>, forward: () => Promise<unknown>) => Promise<void>>;

const limit = pLimit(4);

/** Starts resources in the test's process, auth as a killable process, and signs ada up. */
async function startKillable(killSettings: KillSettings) {
  const world = await startAccountWorld();
  world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, png));
  const { url } = await world.start();
  world.deliverTo(url);
  const killable = startAuthProcess({ ...world.auth, ...killSettings });
  const accounts = accountClientAt(await killable.url, world.ledger);
  const { account, login } = await world.signUp(accounts, url, [png]);
  const ada: Ada = { account, login, other: await accounts.logIn(account) };
  return { world, ada, url, killable, accounts };
}

type Started = Awaited<ReturnType<typeof startKillable>>;

/** The state after auth has restarted and delivered every event. */
async function outcomeAfterRestart({ world, ada, url }: Started, { ends }: Ending) {
  await world.startAuth();
  const findings = await world.checkAll(url);
  const hasEnded = !(await acceptsToken(url, ada[ends].session.accessToken));
  return { findings, outcome: hasEnded ? 'all' : 'nothing' };
}

test('every mutation that ends sessions or an account goes through the expected steps', { timeout }, async () => {
  const seen = Object.values(endings).map((ending) =>
    limit(async () => {
      const { world, ada, killable, accounts } = await startKillable({ printsSteps: true });
      await ending.send(accounts, ada);
      await waitUntil(() => expect(undeliveredEvents(world.auth.file)).toEqual([]));
      // The lines arrive after the rows are deleted.
      const accepted = () => killable.lines().filter((line) => line === 'after outbox.markAccepted');
      await waitUntil(() => expect(accepted().length).toBeGreaterThanOrEqual(ending.events));
      return killable.lines().filter((line) => !line.startsWith('url '));
    }),
  );
  const expected = Object.values(endings).map((ending) => [...callsOfSignUp.flatMap(inTwo), ...stepsOfEnding(ending)]);
  expect(await Promise.all(seen)).toEqual(expected);
});

test.each(Object.entries(endings))(
  '%s is delivered once or has not happened, if auth is killed at any step',
  { timeout },
  async (_, ending) => {
    const occurrences = withOccurrences(stepsOfEnding(ending));
    const outcomes = occurrences.map((killAt) =>
      limit(async () => {
        const started = await startKillable({ killAt });
        // It is answered if auth is killed during the delivery.
        await ending.send(started.accounts, started.ada).catch(() => {});
        await expectKilledAt(started.killable, killAt.step);
        return { ...killAt, ...(await outcomeAfterRestart(started, ending)) };
      }),
    );
    const committedAt = 2 * ending.calls.length - 1;
    const expected = occurrences.map((occurrence, at) => ({
      ...{ ...occurrence, findings: noFindings },
      outcome: at < committedAt ? 'nothing' : 'all',
    }));
    expect(await Promise.all(outcomes)).toEqual(expected);
    printStepCount(occurrences);
  },
);

test.each([
  { step: 'before users.insert', stored: 0 },
  { step: 'after users.insert', stored: 1 },
] as const)(
  'an account is stored with its first session or not at all, if auth is killed $step',
  { timeout },
  async ({ step, stored }) => {
    const { auth, ledger } = await startAccountWorld();
    const killable = startAuthProcess({ ...auth, killAt: { step, nth: 1 } });
    const accounts = accountClientAt(await killable.url, ledger);
    await expect(accounts.signUp()).rejects.toThrow();
    await expectKilledAt(killable, step);
    const { users, sessions } = readAccounts(auth.file);
    expect({ users: users.size, sessions: sessions.size }).toEqual({ users: stored, sessions: stored });
  },
);

test.each(['before sessions.rotate', 'after sessions.rotate'] as const)(
  'a refresh without a response succeeds after the restart, with the same token, if auth is killed %s',
  { timeout },
  async (step) => {
    const { world, ada, url, killable, accounts } = await startKillable({ killAt: { step, nth: 1 } });
    await expect(accounts.refresh(ada.other)).rejects.toThrow();
    await expectKilledAt(killable, step);
    const restarted = await world.startAuth();
    await restarted.refresh(ada.other);
    await restarted.refresh(ada.other);
    expect(await world.checkAll(url)).toEqual(noFindings);
  },
);

const delivered = [endings['the deletion of an account'], endings['a log-out everywhere']] as [Ending, Ending];

test.each(Object.entries(deliveries))(
  'auth that is killed when it %s delivers it again after its restart, and it takes effect once',
  { timeout },
  async (_, killDuring) => {
    const outcomes = delivered.map(async (ending) => {
      const started = await startKillable({});
      const { world, killable, accounts, ada } = started;
      world.events.inject('POST', (_req, res, forward) => killDuring(killable.kill, forward).then(() => res.destroy()));
      await ending.send(accounts, ada);
      await killable.exitCode;
      await world.events.restore();
      return outcomeAfterRestart(started, ending);
    });
    const expected = delivered.map(() => ({ findings: noFindings, outcome: 'all' }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);
