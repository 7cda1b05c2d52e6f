import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { requireValue } from '../support/graphql/request.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer({ expectedProblem: /the server responded with a status of 4\d\d/ });

const facts = (page: Page) => page.getByRole('region', { name: 'About the response' }).innerText();
const history = (page: Page) => page.getByRole('region', { name: 'History' }).getByRole('listitem');
const authorizationOf = (page: Page) =>
  page
    .waitForRequest((request) => /ListWithOwners/.test(request.postData() ?? ''))
    .then((request) => request.headers());

describe('a response', () => {
  test('has its status, time, size and cost beside it, in its tab', async () => {
    const { page, run, show, write, response } = await openExplorer();
    await run('Register');
    const answered = page.waitForResponse((each) => /ListWithOwners/.test(each.request().postData() ?? ''));
    const shown = await run('ListWithOwners');
    expect(shown).not.toHaveProperty('extensions');
    const { length } = await (await answered).body();
    await expect.poll(() => facts(page)).toMatch(new RegExp(`^200\\s+[\\d.]+ m?s\\s+${length} B\\s+cost 45$`));
    await show('CreateResource');
    expect(await facts(page)).toBe('');
    await write('operation', '{ nothing }');
    await page.getByRole('button', { name: 'Execute' }).click();
    await response();
    await expect.poll(() => facts(page)).toMatch(/^400\s/);
    await show('ListWithOwners');
    expect(await facts(page)).toMatch(/^200\s/);
  });

  test('has the cost in its JSON for those who send its header', async () => {
    const { run, show, write } = await openExplorer();
    await show('ListWithOwners');
    await write('request-headers', '{"x-graphql-cost": "1"}');
    expect(await run('ListWithOwners')).toMatchObject({ extensions: { cost: expect.any(Number) } });
  });
});

describe('the history', () => {
  test('lists operations with time and result, without secrets, and puts them into a tab', async () => {
    const { page, run, show, write, text } = await openExplorer();
    await page.getByRole('button', { name: 'Show History' }).click();
    await run('Register');
    await run('CreateResource');
    await show('DeleteResource');
    await write('variables', '{"input": {"id": "nothing"}}');
    await run('DeleteResource');
    const lines = async () => (await history(page).allInnerTexts()).map((line) => line.replace(/\s+/g, ' '));
    await expect
      .poll(lines)
      .toEqual([
        expect.stringMatching(/^DeleteResource \d\d:\d\d:\d\d · NOT_FOUND · [\d.]+ m?s$/),
        expect.stringMatching(/^CreateResource \d\d:\d\d:\d\d · ok · [\d.]+ m?s$/),
        expect.stringMatching(/^Register \d\d:\d\d:\d\d · ok · [\d.]+ m?s$/),
      ]);
    const stored = await page.evaluate<string>('localStorage["graphiql:history"]');
    expect(stored).not.toMatch(/correct horse|eyJ|iVBOR/);
    await page.reload();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    await history(page).nth(1).getByRole('button').click();
    expect(await text('operation')).toContain('mutation CreateResource');
    expect(JSON.parse(await text('variables')).input).toMatchObject({ title: 'Hills by day', image: { data: '' } });
    await page.getByRole('button', { name: 'Clear history' }).click();
    expect(await history(page).count()).toBe(0);
  });

  test('is bounded in entries and in size', async () => {
    const { page, write, show, response } = await openExplorer();
    await show('ListWithOwners');
    await page.evaluate(`localStorage['graphiql:history'] = JSON.stringify(Array.from({ length: 50 }, (_, at) => (
      { query: '# ' + 'a'.repeat(15000), variables: '', title: 'Q' + at, at, result: 'ok' })))`);
    await write('operation', '{ __typename }');
    await page.getByRole('button', { name: 'Execute' }).click();
    await response();
    const stored = async () => JSON.parse(await page.evaluate<string>('localStorage["graphiql:history"]'));
    await expect.poll(async () => (await stored())[0].title).toBe('{ __typename }');
    expect(JSON.stringify(await stored()).length).toBeLessThanOrEqual(100_000);
    expect(await stored()).toHaveLength(7);
  });
});

describe('headers that the user has emptied', () => {
  test('send no token, stay empty in another tab’s company, and the page says so', async () => {
    const { page, run, show, text } = await openExplorer();
    await run('Register');
    await show('ListWithOwners');
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.getByRole('textbox', { name: 'Headers, as JSON' }).focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    const note = page.getByText('This tab sends no token.');
    await note.waitFor();
    const sent = authorizationOf(page);
    const { errors } = await run('ListWithOwners');
    expect([errors?.[0]?.extensions, await sent]).toMatchObject([{ reason: 'MISSING' }, {}]);
    expect(await sent).not.toHaveProperty('authorization');
    // A new token does not bring it back either.
    await run('LogIn');
    await note.waitFor({ state: 'detached' });
    await show('ListWithOwners');
    await note.waitFor();
    expect(await text('request-headers')).toBe('');
    await page.getByRole('button', { name: 'Add the token' }).click();
    await expect.poll(() => text('request-headers')).toContain('Bearer ey');
    await note.waitFor({ state: 'detached' });
    expect((await run('ListWithOwners')).errors).toBeUndefined();
  });
});

describe('the session', () => {
  const stored = (page: Page) => page.evaluate<string>('JSON.stringify({ ...sessionStorage })');
  const keep = (page: Page) => page.getByRole('checkbox', { name: 'Keep session for this tab' });
  const reload = async (page: Page) => {
    await page.reload();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
  };

  test('outlives a reload only if the user chooses so, and until the log-out', async () => {
    const { page, run } = await openExplorer();
    await run('Register');
    expect(await keep(page).isChecked()).toBe(false);
    await reload(page);
    expect((await run('ListWithOwners')).errors?.[0]?.extensions).toMatchObject({ reason: 'MISSING' });

    await run('Register');
    await keep(page).check();
    await reload(page);
    await reload(page);
    expect((await run('ListWithOwners')).errors).toBeUndefined();
    expect(await keep(page).isChecked()).toBe(true);
    // A duplicate of the tab gets a copy of this, and must not use the same refresh token.
    expect(await stored(page)).not.toMatch(/eyJ|refreshToken/);

    await page.getByRole('button', { name: /^Log out/ }).click();
    await expect.poll(() => stored(page)).toBe('{}');
    await reload(page);
    expect((await run('ListWithOwners')).errors?.[0]?.extensions).toMatchObject({ reason: 'MISSING' });
    expect(await page.evaluate<string>('JSON.stringify({ ...localStorage })')).not.toMatch(/eyJ/);
  });
});

describe('on a phone', () => {
  test('header and tabs take one row, and the response is in view after ▶', async () => {
    const { page, run, show } = await openExplorer();
    await run('Register');
    await page.setViewportSize({ width: 360, height: 640 });
    await page.evaluate('scrollTo(0, 0)');
    const boxOf = async (name: RegExp, role: 'button' | 'list' | 'region' = 'button') =>
      requireValue(await page.getByRole(role, { name }).first().boundingBox());
    const tabList = await boxOf(/Select active operation/, 'list');
    const menu = await boxOf(/^Menu$/);
    const editor = await boxOf(/Operation Editor/, 'region');
    expect(tabList.y).toBeLessThan(20);
    expect(tabList.height).toBeLessThan(56);
    expect(menu.y).toBeLessThan(tabList.y + tabList.height);
    expect(menu.x).toBeGreaterThanOrEqual(tabList.x + tabList.width - 1);
    expect(editor.y).toBeLessThan(90);

    await show('CreateResource');
    await page.getByRole('button', { name: 'Execute' }).click();
    const inView = async () => {
      const { y } = requireValue(await page.getByRole('region', { name: 'Result Window' }).boundingBox());
      return y >= 0 && y < 200;
    };
    await expect.poll(inView).toBe(true);
    await page.getByRole('img', { name: 'Hills by day' }).waitFor();
    await page.evaluate('scrollTo(0, 0)');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Choose image…' }).waitFor();
    await page.getByRole('checkbox', { name: 'Keep session for this tab' }).check();
    await page.getByRole('button', { name: /^Log out/ }).click();
  });
});
