import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { startAccountWorld, timeout, until } from './account-world.ts';
import { type Accounts, accountsAt, type Login, type Person } from './accounts.ts';
import { isTaken, undeliveredIn } from './checker.accounts.ts';
import { noFindings } from './checker.ts';
import { png } from './client.ts';
import { counted, expectDeath } from './deaths.ts';
import type { Doomed } from './killable.ts';
import { startAuthProcess } from './processes.ts';
import { storeForeign } from './world.ts';

interface Way {
  end(accounts: Accounts, ada: Ada): Promise<void>;
  /** What commits it, once for each time that it is called until then. */
  calls: string[];
  /** How many sessions it ends, or accounts. */
  events: number;
  /** Whose token shows whether it has happened. */
  whose: 'login' | 'other';
}

/** Somebody with a resource and two sessions. */
interface Ada {
  person: Person;
  login: Login;
  other: Login;
}

const ways: Record<string, Way> = {
  'the deletion of an account': {
    end: (accounts, { person, login }) => accounts.deleteAccount(person, login),
    ...{ calls: ['users.remove'], events: 1, whose: 'login' },
  },
  'a log-out': {
    end: (accounts, { login }) => accounts.logOut(login),
    ...{ calls: ['sessions.endByToken'], events: 1, whose: 'login' },
  },
  'a log-out everywhere': {
    end: (accounts, { person, login }) => accounts.logOutEverywhere(person, login),
    ...{ calls: ['sessions.endAll'], events: 2, whose: 'other' },
  },
  'the end of another session': {
    end: (accounts, { login, other }) => accounts.endSession(login, other),
    ...{ calls: ['sessions.end'], events: 1, whose: 'other' },
  },
  'a change of password': {
    end: (accounts, { person, login }) => accounts.changePassword(person, login),
    ...{ calls: ['users.changePassword'], events: 1, whose: 'other' },
  },
  'a refresh token that is used twice': {
    end: (accounts, { other }) => accounts.reuse(other),
    ...{ calls: ['sessions.rotate', 'sessions.rotate'], events: 1, whose: 'other' },
  },
};

const inTwo = (call: string) => [`before ${call}`, `after ${call}`];
const stepsOf = ({ calls, events }: Way): string[] => [
  ...calls.flatMap(inTwo),
  ...Array.from({ length: events }, () => inTwo('outbox.accepted')).flat(),
];

/** How auth is killed while it pushes, by who is between: it has sent an event, or that has been accepted. */
const pushes = {
  'has sent an event': async (kill, carryOn) => {
    await kill();
    await carryOn().catch(() => {});
  },
  'has sent an event that gets lost': (kill) => kill(),
  'has sent an event that was accepted': async (kill, carryOn) => {
    await carryOn();
    await kill();
  },
} satisfies Record<string, (kill: () => Promise<void>, carryOn: () => Promise<unknown>) => Promise<void>>;

const atOnce = pLimit(4);

/** Resources that serve, auth as a process that is about to die, and ada. */
async function startDoomed(doom: Doomed) {
  const world = await startAccountWorld();
  world.told.foreign.push(await storeForeign(world.imageServiceUrl, png));
  const { url } = await world.start();
  world.deliverTo(url);
  const doomed = startAuthProcess({ ...world.auth, ...doom });
  const accounts = accountsAt(await doomed.url, world.told);
  const { person, login } = await world.signUp(accounts, url, [png]);
  const ada: Ada = { person, login, other: await accounts.logIn(person) };
  return { world, ada, url, doomed, accounts };
}

type Started = Awaited<ReturnType<typeof startDoomed>>;

/** What there is when another auth has told everything. */
async function outcomeAfter({ world, ada, url }: Started, { whose }: Way) {
  await world.startAuth();
  const findings = await world.checkAll(url);
  const isOver = !(await isTaken(url, ada[whose].session.accessToken));
  return { findings, outcome: isOver ? 'all' : 'nothing' };
}

test('every way to end a session or an account comes to the steps that are known', { timeout }, async () => {
  const seen = Object.values(ways).map((way) =>
    atOnce(async () => {
      const { world, ada, doomed, accounts } = await startDoomed({ isTellingSteps: true });
      await way.end(accounts, ada);
      await until(() => expect(undeliveredIn(world.auth.file)).toEqual([]));
      // Lines arrive later than rows go.
      const told = () => doomed.lines().filter((line) => line === 'after outbox.accepted');
      await until(() => expect(told().length).toBeGreaterThanOrEqual(way.events));
      return doomed.lines().filter((line) => !line.startsWith('url '));
    }),
  );
  expect(await Promise.all(seen)).toEqual(Object.values(ways).map(stepsOf));
});

test.each(Object.entries(ways))(
  '%s in auth that is killed at any step is told once, or has not happened',
  { timeout },
  async (_, way) => {
    const deaths = counted(stepsOf(way));
    const outcomes = deaths.map((killAt) =>
      atOnce(async () => {
        const started = await startDoomed({ killAt });
        // It is answered where auth dies later.
        await way.end(started.accounts, started.ada).catch(() => {});
        await expectDeath(started.doomed, killAt.step);
        return { ...killAt, ...(await outcomeAfter(started, way)) };
      }),
    );
    const committedAt = 2 * way.calls.length - 1;
    const expected = deaths.map((death, at) => ({
      ...{ ...death, findings: noFindings },
      outcome: at < committedAt ? 'nothing' : 'all',
    }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);

const pushed = [ways['the deletion of an account'], ways['a log-out everywhere']] as [Way, Way];

test.each(Object.entries(pushes))(
  'auth that is killed when it %s tells it again, and it has its effect once',
  { timeout },
  async (_, fall) => {
    const outcomes = pushed.map(async (way) => {
      const started = await startDoomed({});
      const { world, doomed, accounts, ada } = started;
      world.events.spoil('POST', (_req, res, carryOn) => fall(doomed.kill, carryOn).then(() => res.destroy()));
      await way.end(accounts, ada);
      await doomed.gone;
      await world.events.heal();
      return outcomeAfter(started, way);
    });
    const expected = pushed.map(() => ({ findings: noFindings, outcome: 'all' }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);
