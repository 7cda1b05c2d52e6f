import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  changePassword,
  deleteAccount,
  endSession,
  logInAgain,
  logOut,
  logOutEverywhere,
  refreshSession,
  refreshWith,
  sessionIdOf,
} from '../../support/accounts.ts';
import { createAsk, given } from '../../support/ask.ts';
import { createResource, resourceCount, viewer, viewerAndCount } from '../../support/documents.ts';
import { partsBeside } from '../../support/parts.ts';
import { deadUrl } from '../../support/servers.ts';
import { fixture, type Person, personsAt, type System, startSystem } from '../../support/system.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

/** Without a grace period, so that a refresh token that is used twice ends its session at once. */
const rules = { sessions: { graceSeconds: 0, idleSeconds: 2_592_000, longestSeconds: 7_776_000 } };
const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const picture = { title: 'Late', image: { data: fixture('four-colours.png').toString('base64') } };

type Gateway = Pick<System, 'gateway' | 'ask'>;

/** What ends sessions of somebody's: each gives the access tokens that hold no longer, and those that do, if any. */
const ways: Record<string, (at: Gateway, ada: Person) => Promise<{ over: string[]; left: string[] }>> = {
  async logout({ gateway, ask }, { refreshToken, token, ...ada }) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(ask, refreshToken);
    await ask.data(logOut, { input: { refreshToken: next.refreshToken } });
    return { over: [token, next.accessToken], left: [other.accessToken] };
  },
  async logoutEverywhere({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.ask.data(logOutEverywhere);
    return { over: [ada.token, other.accessToken], left: [] };
  },
  async endSession({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.ask.data(endSession, { input: { sessionId: sessionIdOf(other.accessToken) } });
    return { over: [other.accessToken], left: [ada.token] };
  },
  async changePassword({ gateway }, ada) {
    const others = [await logInAgain(gateway, ada), await logInAgain(gateway, ada)];
    const input = { currentPassword: ada.password, newPassword: 'another horse altogether' };
    const next = given((await ada.ask.data(changePassword, { input })).changePassword);
    return { over: others.map(({ accessToken }) => accessToken), left: [ada.token, next.accessToken] };
  },
  async deleteAccount({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.ask.data(deleteAccount, { input: { password: ada.password } });
    return { over: [ada.token, other.accessToken], left: [] };
  },
  async 'a refresh token that is used twice'({ gateway, ask }, ada) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(ask, ada.refreshToken);
    await ask.refusal(refreshSession, { input: { refreshToken: ada.refreshToken } });
    return { over: [ada.token, next.accessToken], left: [other.accessToken] };
  },
};

/** Resources refuse a token, and go on doing so; in the time that is promised from now on. */
async function expectRefused(gateway: string, tokens: string[]): Promise<void> {
  for (const ask of tokens.map((token) => createAsk(gateway, token))) {
    await vi.waitFor(async () => expect(await ask.refusal(resourceCount)).toEqual(ended), {
      timeout: 2_000,
      interval: 20,
    });
    expect(await ask.refusal(createResource, { input: picture })).toEqual(ended);
    expect(await ask.refusal(viewer)).toEqual(ended);
  }
}

async function expectHeld(gateway: string, tokens: string[]): Promise<void> {
  for (const token of tokens) await createAsk(gateway, token).data(viewerAndCount);
}

describe('an access token of a session that has ended', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(rules);
  });
  afterAll(() => system.stop());

  test.each(Object.entries(ways))(
    'by %s is refused by auth at once, and by resources within 2 seconds',
    async (_, end) => {
      const ada = await system.signUp();
      await expectHeld(system.gateway, [ada.token]);
      const { over, left } = await end(system, ada);
      for (const token of over) expect(await createAsk(system.auth, token).refusal(viewer)).toEqual(ended);
      await expectRefused(system.gateway, over);
      for (const token of over) expect(await createAsk(system.resources, token).refusal(resourceCount)).toEqual(ended);
      await expectHeld(system.gateway, left);
    },
  );
});

test('what has ended is ended after a restart of everything, too', async () => {
  const dataFolder = folderOfTest();
  const before = await startSystem(rules, { dataFolder });
  const outcomes = await endAll(before);
  await expectRefused(before.gateway, outcomes.over);
  await before.stop();

  const after = await startSystem(rules, { dataFolder });
  // Nothing was left to be told: it is known from the first request on.
  for (const token of outcomes.over) expect(await after.as(token).refusal(resourceCount)).toEqual(ended);
  await expectHeld(after.gateway, outcomes.left);
  await after.stop();
});

test('what has ended while resources are away is told to them when they come back, although auth stopped in between', async () => {
  const system = await startSystem(rules, { dataFolder: folderOfTest() });
  await system.stop();
  // From here on single processes run on its data.
  const parts = partsBeside(system);
  onTestFinished(parts.stop);
  const resources = `${await deadUrl()}/graphql`;
  const gatewayAlone = async () =>
    parts.gateway({ auth: await parts.authAt(0, { resourcesUrl: resources, ...rules }), resources });

  const first = await gatewayAlone();
  const outcomes = await endAll({ gateway: first, ...personsAt(first) });
  await parts.stop();
  const second = await gatewayAlone();
  for (const token of [...outcomes.over, ...outcomes.left])
    expect(await createAsk(second, token).refusal(resourceCount)).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  await parts.resourcesAt(Number(new URL(resources).port));
  await expectRefused(second, outcomes.over);
  await expectHeld(second, outcomes.left);
});

/** Somebody's sessions in each of the ways. */
async function endAll(at: Gateway & Pick<System, 'signUp'>): Promise<{ over: string[]; left: string[] }> {
  const outcomes = [];
  for (const end of Object.values(ways)) outcomes.push(await end(at, await at.signUp()));
  return { over: outcomes.flatMap(({ over }) => over), left: outcomes.flatMap(({ left }) => left) };
}
