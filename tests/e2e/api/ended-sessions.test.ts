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

/** No grace period and no retries, so that reusing a refresh token ends its session at once. */
const rules = { sessions: { graceSeconds: 0, retrySeconds: 0, idleSeconds: 2_592_000, maxSeconds: 7_776_000 } };
const invalidToken = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const picture = { title: 'Late', image: { data: fixture('four-colours.png').toString('base64') } };

type Gateway = Pick<System, 'gateway' | 'request'>;

/** Mutations that end sessions. Each gives the access tokens that are invalid afterwards, and those still valid. */
const endings: Record<string, (at: Gateway, ada: TestUser) => Promise<{ ended: string[]; open: string[] }>> = {
  async logout({ gateway, request }, { refreshToken, accessToken: token, ...ada }) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(request, refreshToken);
    await request.data(logOut, { input: { refreshToken: next.refreshToken } });
    return { ended: [token, next.accessToken], open: [other.accessToken] };
  },
  async logoutEverywhere({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(logOutEverywhere);
    return { ended: [ada.accessToken, other.accessToken], open: [] };
  },
  async endSession({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(endSession, { input: { sessionId: sessionIdOf(other.accessToken) } });
    return { ended: [other.accessToken], open: [ada.accessToken] };
  },
  async changePassword({ gateway }, ada) {
    const others = [await logInAgain(gateway, ada), await logInAgain(gateway, ada)];
    const input = { currentPassword: ada.password, newPassword: 'another horse altogether' };
    const next = requireValue((await ada.request.data(changePassword, { input })).changePassword);
    return { ended: others.map(({ accessToken }) => accessToken), open: [ada.accessToken, next.accessToken] };
  },
  async deleteAccount({ gateway }, ada) {
    const other = await logInAgain(gateway, ada);
    await ada.request.data(deleteAccount, { input: { password: ada.password } });
    return { ended: [ada.accessToken, other.accessToken], open: [] };
  },
  async 'the reuse of a refresh token'({ gateway, request }, ada) {
    const other = await logInAgain(gateway, ada);
    const next = await refreshWith(request, ada.refreshToken);
    await request.error(refreshSession, { input: { refreshToken: ada.refreshToken } });
    return { ended: [ada.accessToken, next.accessToken], open: [other.accessToken] };
  },
};

/** Waits until resources reject the tokens, then expects both subgraphs to reject them. */
async function expectInvalid(gateway: string, tokens: string[]): Promise<void> {
  for (const request of tokens.map((token) => requestTo(gateway, token))) {
    await vi.waitFor(async () => expect(await request.error(resourceCount)).toEqual(invalidToken), {
      timeout: 30_000,
      interval: 20,
    });
    expect(await request.error(createResource, { input: picture })).toEqual(invalidToken);
    expect(await request.error(viewer)).toEqual(invalidToken);
  }
}

async function expectValid(gateway: string, tokens: string[]): Promise<void> {
  for (const token of tokens) await requestTo(gateway, token).data(viewerAndCount);
}

describe('an access token of a session', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(rules);
  });
  afterAll(() => system.stop());

  test.each(Object.entries(endings))(
    'that %s has ended is rejected by auth at once, and by resources when it has received the event',
    async (_, end) => {
      const ada = await system.signUp();
      await expectValid(system.gateway, [ada.accessToken]);
      const { ended, open } = await end(system, ada);
      for (const token of ended) expect(await requestTo(system.auth, token).error(viewer)).toEqual(invalidToken);
      await expectInvalid(system.gateway, ended);
      for (const token of ended)
        expect(await requestTo(system.resources, token).error(resourceCount)).toEqual(invalidToken);
      await expectValid(system.gateway, open);
    },
  );
});

test('ended sessions are still ended after a restart of everything', async () => {
  const dataFolder = folderOfTest();
  const before = await startSystem(rules, { dataFolder });
  const outcomes = await endAll(before);
  await expectInvalid(before.gateway, outcomes.ended);
  await before.stop();

  const after = await startSystem(rules, { dataFolder });
  // Every event was delivered before the restart, so the first request is rejected.
  for (const token of outcomes.ended) expect(await after.as(token).error(resourceCount)).toEqual(invalidToken);
  await expectValid(after.gateway, outcomes.open);
  await after.stop();
});

test('resources receive the events of their downtime when they are back, even if auth has restarted in between', async () => {
  const system = await startSystem(rules, { dataFolder: folderOfTest() });
  await system.stop();
  // From here on, single servers run on its data.
  const servers = serversBeside(system);
  onTestFinished(servers.stop);
  const resources = `${await deadUrl()}/graphql`;
  const gatewayAlone = async () =>
    servers.gateway({ auth: await servers.authAt(0, { resourcesUrl: resources, ...rules }), resources });

  const first = await gatewayAlone();
  const outcomes = await endAll({ gateway: first, ...usersAt(first) });
  await servers.stop();
  const second = await gatewayAlone();
  for (const token of [...outcomes.ended, ...outcomes.open])
    expect(await requestTo(second, token).error(resourceCount)).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  await servers.resourcesAt(Number(new URL(resources).port));
  await expectInvalid(second, outcomes.ended);
  await expectValid(second, outcomes.open);
});

/** Ends sessions of a new user with each of the mutations. */
async function endAll(at: Gateway & Pick<System, 'signUp'>): Promise<{ ended: string[]; open: string[] }> {
  const outcomes = [];
  for (const end of Object.values(endings)) outcomes.push(await end(at, await at.signUp()));
  return { ended: outcomes.flatMap(({ ended }) => ended), open: outcomes.flatMap(({ open }) => open) };
}
