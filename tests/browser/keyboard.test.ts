import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { fixture } from '../support/files.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

/** Returns the accessible name of the focused element. */
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement;
    const editor = at.closest('.graphiql-editor, .result-window');
    return at === document.body ? '' : at.getAttribute('aria-label') ?? editor?.getAttribute('aria-label') ?? at.innerText;
  })()`);

/** Presses Tab until the element of that name has the focus. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    passed.push(await focused(page));
    if (passed.at(-1)?.match(typeof name === 'string' ? `^${name}$` : name)) return;
  }
  throw new Error(`Tab does not reach ${name}. It passed: ${passed.join(', ')}`);
}

test('runs the whole mission by keyboard', async () => {
  const { page, response } = await openExplorer();
  const runByKeyboard = async (tab: string) => {
    await tabTo(page, /^(Register|LogIn|CreateResource|ListWithOwners|ReplaceImage|DeleteResource)$/);
    for (let presses = 0; (await focused(page)) !== tab && presses < 6; presses++)
      await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Execute query/);
    await page.keyboard.press('Enter');
    return response();
  };
  for (const tab of ['Register', 'LogIn', 'CreateResource', 'ListWithOwners', 'ReplaceImage'])
    expect((await runByKeyboard(tab)).errors, tab).toBeUndefined();
  expect(await runByKeyboard('DeleteResource')).toEqual({
    data: { deleteResource: { deletedResourceId: expect.any(String) } },
  });
});

test('Tab moves into and out of every editor, and Ctrl-Enter runs the operation', async () => {
  const { page, response } = await openExplorer();
  const enterEditor = async (name: string, editor: string) => {
    await tabTo(page, `${name}: press Enter to edit`);
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe(editor);
  };
  await enterEditor('Operation', 'Operation');
  await page.keyboard.press('ControlOrMeta+Enter');
  expect((await response()).errors).toBeUndefined();
  await enterEditor('Variables or headers', 'Variables, as JSON');
  await tabTo(page, 'Result Window');
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('Response');
  await tabTo(page, 'Choose image…');
  await enterEditor('Operation', 'Operation');
});

test('opens the documentation, the history and the file dialog by keyboard', async () => {
  const { page, notice } = await openExplorer();
  // Listens first: a dialog that opens before the listener is added is missed.
  const dialog = page.waitForEvent('filechooser', { timeout: 120_000 });
  await tabTo(page, 'Show Documentation Explorer');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Mutation');
  await page.keyboard.press('Enter');
  await page.getByText('Creates an account and logs in.').waitFor();
  await tabTo(page, 'Show History');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'History' }).waitFor();
  await tabTo(page, 'Register');
  for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await tabTo(page, 'Choose image…');
  await page.keyboard.press('Enter');
  await (await dialog).setFiles({ name: 'four.png', mimeType: 'image/png', buffer: fixture('four-colours.png') });
  await expect.poll(notice).toBe('four.png is in the variables.');
});

test('Tab reaches ▶ within ten presses from the start of the page, and its focus is visible', async () => {
  const { page, run } = await openExplorer();
  const presses = async () => {
    await page.evaluate('document.activeElement?.blur(); getSelection()?.removeAllRanges()');
    await page.reload();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    const passed: string[] = [];
    while (passed.length < 10 && !/^Execute query/.test(passed.at(-1) ?? '')) {
      await page.keyboard.press('Tab');
      passed.push(await focused(page));
    }
    return passed;
  };
  expect((await presses()).at(-1)).toMatch(/^Execute query/);
  const outline = 'getComputedStyle(document.activeElement).outlineStyle';
  expect(await page.evaluate<string>(outline)).not.toBe('none');
  await run('Register');
  await page.getByRole('checkbox', { name: 'Keep session for this tab' }).check();
  expect((await presses()).at(-1)).toMatch(/^Execute query/);
});

test('the arrow keys move between the tabs, and Delete closes one', async () => {
  const { page } = await openExplorer();
  await tabTo(page, 'Register');
  await page.keyboard.press('ArrowLeft');
  expect(await focused(page)).toBe('DeleteResource');
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await page.keyboard.press('Delete');
  const tabs = page.getByRole('list', { name: 'Select active operation' }).getByRole('listitem');
  await expect.poll(() => tabs.count()).toBe(5);
  await expect.poll(() => focused(page)).toBe('Register');
});
