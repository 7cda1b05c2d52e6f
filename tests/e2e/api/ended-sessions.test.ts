import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fixture, folderOfTest } from '../../support/files.ts';
import {
  changePassword,
  deleteAccount,
  endSession,
  logInAgain,
  logOut,
  logOutEverywhere,
  refreshSession,
  refreshWith,
} from '../../support/graphql/accounts.ts';
import { createResource, resourceCount, viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import { requestTo, requireValue } from '../../support/graphql/request.ts';
import { deadUrl } from '../../support/http/servers.ts';
import { serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, usersAt } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

/** Without a grace period, so that a refresh token that is used twice ends its session at once. */
const rules = { sessions: { graceSeconds: 0, idleSeconds: 2_592_000, maxSeconds: 7_776_000 } };
const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const picture = { title: 'Late', image: { data: fixture('four-colours.png').toString('base64') } };

type Gateway = Pick<System, 'gateway' | 'request'>;

/** What ends sessions of somebody's: each gives the access tokens that hold no longer, and those that do, if any. */
const ways: Record<string, (at: Gateway, ada: TestUser) => Promise<{ over: string[]; left: string[] }>> = {
  async logout({ gateway, request }, { refreshToken, accessToken: token, ...ada }) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(request, refreshToken);
    await request.data(logOut, { input: { refreshToken: next.refreshToken } });
    return { over: [token, next.accessToken], left: [other.accessToken] };
  },
  async logoutEverywhere({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(logOutEverywhere);
    return { over: [ada.accessToken, other.accessToken], left: [] };
  },
  async endSession({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(endSession, { input: { sessionId: sessionIdOf(other.accessToken) } });
    return { over: [other.accessToken], left: [ada.accessToken] };
  },
  async changePassword({ gateway }, ada) {
    const others = [await logInAgain(gateway, ada), await logInAgain(gateway, ada)];
    const input = { currentPassword: ada.password, newPassword: 'another horse altogether' };
    const next = requireValue((await ada.request.data(changePassword, { input })).changePassword);
    return { over: others.map(({ accessToken }) => accessToken), left: [ada.accessToken, next.accessToken] };
  },
  async deleteAccount({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(deleteAccount, { input: { password: ada.password } });
    return { over: [ada.accessToken, other.accessToken], left: [] };
  },
  async 'a refresh token that is used twice'({ gateway, request }, ada) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(request, ada.refreshToken);
    await request.error(refreshSession, { input: { refreshToken: ada.refreshToken } });
    return { over: [ada.accessToken, next.accessToken], left: [other.accessToken] };
  },
};

/** Resources refuse a token, and go on doing so; in the time that is promised from now on. */
async function expectRefused(gateway: string, tokens: string[]): Promise<void> {
  for (const request of tokens.map((token) => requestTo(gateway, token))) {
    await vi.waitFor(async () => expect(await request.error(resourceCount)).toEqual(ended), {
      timeout: 2_000,
      interval: 20,
    });
    expect(await request.error(createResource, { input: picture })).toEqual(ended);
    expect(await request.error(viewer)).toEqual(ended);
  }
}

async function expectHeld(gateway: string, tokens: string[]): Promise<void> {
  for (const token of tokens) await requestTo(gateway, token).data(viewerAndCount);
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
      await expectHeld(system.gateway, [ada.accessToken]);
      const { over, left } = await end(system, ada);
      for (const token of over) expect(await requestTo(system.auth, token).error(viewer)).toEqual(ended);
      await expectRefused(system.gateway, over);
      for (const token of over) expect(await requestTo(system.resources, token).error(resourceCount)).toEqual(ended);
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
  for (const token of outcomes.over) expect(await after.as(token).error(resourceCount)).toEqual(ended);
  await expectHeld(after.gateway, outcomes.left);
  await after.stop();
});

test('what has ended while resources are away is told to them when they come back, although auth stopped in between', async () => {
  const system = await startSystem(rules, { dataFolder: folderOfTest() });
  await system.stop();
  // From here on single processes run on its data.
  const parts = serversBeside(system);
  onTestFinished(parts.stop);
  const resources = `${await deadUrl()}/graphql`;
  const gatewayAlone = async () =>
    parts.gateway({ auth: await parts.authAt(0, { resourcesUrl: resources, ...rules }), resources });

  const first = await gatewayAlone();
  const outcomes = await endAll({ gateway: first, ...usersAt(first) });
  await parts.stop();
  const second = await gatewayAlone();
  for (const token of [...outcomes.over, ...outcomes.left])
    expect(await requestTo(second, token).error(resourceCount)).toEqual({ code: 'SERVICE_UNAVAILABLE' });
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
