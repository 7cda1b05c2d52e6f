import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { endSession, logOut, sessionIdOf } from '../support/accounts.ts';
import { given } from '../support/ask.ts';
import { viewer } from '../support/documents.ts';
import { untyped } from '../support/untyped.ts';
import { openExplorer } from './open-explorer.ts';

interface LoggedIn {
  accessToken: string;
  refreshToken: string;
  user: { username: string };
}

/** Until a token of three seconds holds no longer. */
const expired = () => new Promise((resolve) => setTimeout(resolve, 3_500));

/** Counts what the page asks the gateway for, by the operation's name. */
function countAsked(page: Page): Record<string, number> {
  const counts: Record<string, number> = {};
  page.on('request', (request) => {
    const name = /(?:query|mutation) (\w+)/.exec(request.postDataJSON()?.query ?? '')?.[1];
    if (request.method() === 'POST' && name) counts[name] = (counts[name] ?? 0) + 1;
  });
  return counts;
}

describe('the access token', () => {
  test('is in the headers of every tab after a registration, and out of them after a log-out', async () => {
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
    const refused = await run('ListWithOwners');
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
  });

  test('is traded for a new one when it is about to expire, and nobody sees a refusal', async () => {
    const { page, run, text, notice } = await openExplorer({ accessTokenSeconds: 3 });
    const asked = countAsked(page);
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    await expired();
    const listed = await run<{ resources: { totalCount: number } }>('ListWithOwners');
    expect([listed.errors, listed.data?.resources.totalCount]).toEqual([undefined, 0]);
    expect(asked).toMatchObject({ RefreshSession: 1, ListWithOwners: 1 });
    await expect.poll(notice).toBe('The access token had expired: there is a new one in the headers.');
    await expect.poll(() => text('request-headers')).not.toContain(register?.accessToken);
    expect(JSON.parse(await text('request-headers'))).toEqual({ Authorization: expect.stringMatching(/^Bearer ey/) });
  });

  test('is traded when it is refused, where the page cannot know when it expires, and the same is sent again', async () => {
    const { page, run, show, write } = await openExplorer({ accessTokenSeconds: 3 });
    const asked = countAsked(page);
    await show('Register');
    // Named as its tab is, and not asking how long the token holds.
    const brief = untyped(
      'mutation Register($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }',
    );
    await write('operation', String(brief));
    await run('Register');
    await expired();
    expect((await run('CreateResource')).errors).toBeUndefined();
    expect(asked).toMatchObject({ RefreshSession: 1, CreateResource: 2 });
    expect((await run<{ resources: { totalCount: number } }>('ListWithOwners')).data?.resources.totalCount).toBe(1);
  });

  test('is dropped when its session has ended, and the page says so', async () => {
    const { system, run, text, notice } = await openExplorer({ accessTokenSeconds: 3 });
    const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
    await system.ask(logOut, { input: { refreshToken: given(register).refreshToken } });
    await expired();
    const refused = await run('ListWithOwners');
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect.poll(notice).toBe('The session has ended: log in again.');
    await expect.poll(() => text('request-headers')).toBe('');
  });

  test('goes into headers that have a comment, and out of them, and the rest stays as it is', async () => {
    const { page, run, show, write, text, notice } = await openExplorer();
    await show('ListWithOwners');
    const headers = '{\n  // To be found in the logs.\n  "x-request-id": "mine"\n}';
    await write('request-headers', headers);
    await run('Register');
    expect((await run('ListWithOwners')).errors).toBeUndefined();
    expect(await text('request-headers')).toMatch(/^\{\n {2}\/\/ To be [\s\S]+ "Authorization": "Bearer ey[^"]+"\n\}$/);
    await page.getByRole('button', { name: /^Log out/ }).click();
    await expect.poll(notice).toMatch(/^Logged out/);
    await expect.poll(() => text('request-headers')).toBe(headers);
  });

  test('is taken out of the headers when its own session has been ended, and the page says so', async () => {
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
    await end(given(register));
    expect(await text('request-headers')).toContain('Bearer ey');
    await end(given(login));
    await expect.poll(notice).toBe('Logged out: the token is out of the headers.');
    await expect.poll(() => text('request-headers')).toBe('');
  });

  test('that somebody has put into the headers is left alone', async () => {
    const { system, run, show, write, text } = await openExplorer();
    const ada = await system.signUp();
    await run('Register');
    await show('ListWithOwners');
    const headers = JSON.stringify({ authorization: `Bearer ${ada.token}`, 'x-request-id': 'mine' });
    await write('request-headers', headers);
    await ada.create('Ada’s own');
    await run('LogIn');
    const { data } = await run<{ resources: { nodes: { title: string }[] } }>('ListWithOwners');
    expect([data?.resources.nodes[0]?.title, await text('request-headers')]).toEqual(['Ada’s own', headers]);
  });
});

test('nothing that is secret outlives the page: no token, no password, no header', async () => {
  const { page, run, write, text } = await openExplorer();
  const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer));
  await page.getByRole('button', { name: 'Viewer', exact: true }).waitFor();
  await run('Viewer');
  await run('CreateResource');
  const kept = () =>
    page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
  await expect.poll(kept).toContain('Viewer');
  await expect.poll(kept).toContain('CreateResource');
  expect(await kept()).not.toMatch(/eyJ|correct horse|Bearer/);
  expect(await kept()).not.toContain(register?.refreshToken);
  expect(page.url()).not.toContain('?');

  await page.getByRole('button', { name: 'Show History' }).click();
  const history = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  expect(await history.allInnerTexts()).toEqual(['CreateResource', 'Viewer', 'Register']);
  await page.reload();
  await page.getByRole('button', { name: 'Execute' }).waitFor();
  expect((await run('ListWithOwners')).errors?.[0]?.extensions).toMatchObject({ reason: 'MISSING' });
  await run('Register');
  await history.filter({ hasText: 'Viewer' }).getByRole('button', { name: 'Viewer' }).click();
  await expect.poll(() => text('request-headers')).toContain('Bearer ey');
  expect(await text('operation')).toBe(String(viewer));
});
