import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { endSession, logOut } from '../support/graphql/accounts.ts';
import { viewer } from '../support/graphql/documents.ts';
import { requireValue, untyped } from '../support/graphql/request.ts';
import { sessionIdOf } from '../support/tokens.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

interface LoggedIn {
  accessToken: string;
  refreshToken: string;
  user: { username: string };
}

/** Moves the page's clock past the lifetime of an access token. The gateway's clock stays. */
async function passLifetime(page: Page): Promise<void> {
  await page.clock.install();
  await page.clock.fastForward(900_000);
}

/** Counts the page's requests by the operation's name. */
function countRequests(page: Page): Record<string, number> {
  const counts: Record<string, number> = {};
  page.on('request', (request) => {
    const name = /(?:query|mutation) (\w+)/.exec(request.postDataJSON()?.query ?? '')?.[1];
    if (request.method() === 'POST' && name) counts[name] = (counts[name] ?? 0) + 1;
  });
  return counts;
}

describe('the access token', () => {
  test('is in the headers of every tab after a registration, and removed after a log-out', async () => {
    const { page, run, show, text, notice } = await openExplorer();
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    const authorization = { Authorization: `Bearer ${register?.accessToken}` };
    for (const tab of ['LogIn', 'CreateResource', 'ListWithOwners', 'ReplaceImage', 'DeleteResource']) {
      await show(tab);
      expect(JSON.parse(await text('request-headers')), tab).toEqual(authorization);
    }
    await page.getByRole('button', { name: `Log out ${register?.user.username}` }).click();
    await expect.poll(notice).toBe('Logged out: the token is out of the headers.');
    for (const tab of ['DeleteResource', 'ListWithOwners', 'Register']) {
      await show(tab);
      expect(await text('request-headers'), tab).toBe('');
    }
    const { errors } = await run('ListWithOwners');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
  });

  test('is refreshed when it is about to expire, before the request is sent', async () => {
    const { page, run, text, notice } = await openExplorer();
    const counts = countRequests(page);
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    await passLifetime(page);
    const { errors, data } = await run<{ resources: { totalCount: number } }>('ListWithOwners');
    expect([errors, data?.resources.totalCount]).toEqual([undefined, 0]);
    expect(counts).toMatchObject({ RefreshSession: 1, ListWithOwners: 1 });
    await expect.poll(notice).toBe('The access token had expired: there is a new one in the headers.');
    await expect.poll(() => text('request-headers')).not.toContain(register?.accessToken);
    expect(JSON.parse(await text('request-headers'))).toEqual({ Authorization: expect.stringMatching(/^Bearer ey/) });
  });

  test('is refreshed when the gateway rejects it, and the request is sent again', async () => {
    const { page, run } = await openExplorer();
    const counts = countRequests(page);
    await run('Register');
    // The first request reaches the gateway with a token that is no longer valid.
    await page.route(
      '**/graphql',
      (route) => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer invalid' } }),
      { times: 1 },
    );
    expect((await run('CreateResource')).errors).toBeUndefined();
    expect(counts).toMatchObject({ RefreshSession: 1, CreateResource: 2 });
    expect((await run<{ resources: { totalCount: number } }>('ListWithOwners')).data?.resources.totalCount).toBe(1);
  });

  test('is sent as it is when the page does not know that it expires', async () => {
    const { page, run, show, write } = await openExplorer();
    const counts = countRequests(page);
    await show('Register');
    // Named like its tab, without expiresIn.
    const brief = untyped(
      'mutation Register($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }',
    );
    await write('operation', String(brief));
    await run('Register');
    await passLifetime(page);
    expect((await run('CreateResource')).errors).toBeUndefined();
    expect(counts).toMatchObject({ CreateResource: 1 });
    expect(counts).not.toHaveProperty('RefreshSession');
  });

  test('is removed when its session has ended, and the notice says so', async () => {
    const { system, page, run, text, notice } = await openExplorer();
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    const { accessToken, refreshToken } = requireValue(register);
    await system.request(logOut, { input: { refreshToken } });
    const userAfterLogOut = async () => (await system.as(accessToken)(viewer)).data?.me;
    await expect.poll(userAfterLogOut).toBeNull();
    await passLifetime(page);
    const { errors } = await run('ListWithOwners');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect.poll(notice).toBe('The session has ended: log in again.');
    await expect.poll(() => text('request-headers')).toBe('');
  });

  test('is added to headers that have a comment, and removed again, without another change', async () => {
    const { page, run, show, write, text, notice } = await openExplorer();
    await show('ListWithOwners');
    const headers = '{\n  // For the logs.\n  "x-request-id": "mine"\n}';
    await write('request-headers', headers);
    await run('Register');
    expect((await run('ListWithOwners')).errors).toBeUndefined();
    expect(await text('request-headers')).toMatch(
      /^\{\n {2}\/\/ For the logs[\s\S]+ "Authorization": "Bearer ey[^"]+"\n\}$/,
    );
    await page.getByRole('button', { name: /^Log out/ }).click();
    await expect.poll(notice).toMatch(/^Logged out/);
    await expect.poll(() => text('request-headers')).toBe(headers);
  });

  test('is removed when the user ends its session, and stays when another session is ended', async () => {
    const { page, run, write, text, notice } = await openExplorer();
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    const { login } = (await run<{ login: LoggedIn }>('LogIn')).data ?? {};
    await page.getByRole('button', { name: 'New tab' }).click();
    await write('operation', String(endSession));
    await page.getByRole('button', { name: 'EndSession', exact: true }).waitFor();
    const end = async ({ accessToken }: LoggedIn) => {
      await write('variables', JSON.stringify({ input: { sessionId: sessionIdOf(accessToken) } }));
      expect(await run('EndSession')).toEqual({ data: { endSession: { loggedOut: true } } });
    };
    await end(requireValue(register));
    expect(await text('request-headers')).toContain('Bearer ey');
    await end(requireValue(login));
    await expect.poll(notice).toBe('Logged out: the token is out of the headers.');
    await expect.poll(() => text('request-headers')).toBe('');
  });

  test('does not replace a token that the user has put into the headers', async () => {
    const { system, run, show, write, text } = await openExplorer();
    const ada = await system.signUp();
    await run('Register');
    await show('ListWithOwners');
    const headers = JSON.stringify({ authorization: `Bearer ${ada.accessToken}`, 'x-request-id': 'mine' });
    await write('request-headers', headers);
    await ada.create('Ada’s own');
    await run('LogIn');
    const { data } = await run<{ resources: { nodes: { title: string }[] } }>('ListWithOwners');
    expect([data?.resources.nodes[0]?.title, await text('request-headers')]).toEqual(['Ada’s own', headers]);
  });
});

test('stores no token, password or header in the browser', async () => {
  const { page, run, write, text } = await openExplorer();
  const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer));
  await page.getByRole('button', { name: 'Viewer', exact: true }).waitFor();
  await run('Viewer');
  await run('CreateResource');
  const stored = () =>
    page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
  await expect.poll(stored).toContain('Viewer');
  await expect.poll(stored).toContain('CreateResource');
  expect(await stored()).not.toMatch(/eyJ|correct horse|Bearer/);
  expect(await stored()).not.toContain(register?.refreshToken);
  expect(page.url()).not.toContain('?');

  await page.getByRole('button', { name: 'Show History' }).click();
  const history = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  expect((await history.allInnerTexts()).map((line) => line.split('\n')[0])).toEqual([
    'CreateResource',
    'Viewer',
    'Register',
  ]);
  await page.reload();
  await page.getByRole('button', { name: 'Execute' }).waitFor();
  expect((await run('ListWithOwners')).errors?.[0]?.extensions).toMatchObject({ reason: 'MISSING' });
  await run('Register');
  await history.filter({ hasText: 'Viewer' }).getByRole('button', { name: 'Viewer' }).click();
  await expect.poll(() => text('request-headers')).toContain('Bearer ey');
  expect(await text('operation')).toBe(String(viewer));
});
