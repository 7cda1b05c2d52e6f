import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { fixture } from '../support/system.ts';
import { openExplorer } from './open-explorer.ts';

/** What has the keyboard: the name that it goes by. */
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement;
    const editor = at.closest('.graphiql-editor, .result-window');
    return at === document.body ? '' : at.getAttribute('aria-label') ?? editor?.getAttribute('aria-label') ?? at.innerText;
  })()`);

/** Presses Tab until it comes to something of that name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    passed.push(await focused(page));
    if (passed.at(-1)?.match(typeof name === 'string' ? `^${name}$` : name)) return;
  }
  throw new Error(`Tab does not come to ${name}, but past: ${passed.join(', ')}`);
}

test('the mission is walked by keyboard alone', async () => {
  const { page, answer } = await openExplorer();
  const runByKeyboard = async (tab: string) => {
    await tabTo(page, tab);
    await page.keyboard.press('Enter');
    await tabTo(page, /^Execute query/);
    await page.keyboard.press('Enter');
    return answer();
  };
  for (const tab of ['Register', 'LogIn', 'CreateResource', 'ListWithOwners', 'ReplaceImage'])
    expect((await runByKeyboard(tab)).errors, tab).toBeUndefined();
  expect(await runByKeyboard('DeleteResource')).toEqual({
    data: { deleteResource: { deletedResourceId: expect.any(String) } },
  });
});

test('no editor holds the keyboard: Tab goes in and out of each, and Ctrl-Enter runs from within', async () => {
  const { page, answer } = await openExplorer();
  const goInto = async (name: string, editor: string) => {
    await tabTo(page, `${name}: press Enter to edit`);
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe(editor);
  };
  await goInto('Operation', 'Operation');
  await page.keyboard.press('ControlOrMeta+Enter');
  expect((await answer()).errors).toBeUndefined();
  await goInto('Variables or headers', 'Variables, as JSON');
  await tabTo(page, 'Result Window');
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('Response');
  await tabTo(page, 'Choose image…');
  await goInto('Operation', 'Operation');
});

test('the documentation, the history and the file dialog are opened by keyboard', async () => {
  const { page, notice } = await openExplorer();
  // From here on: the browser may take a key before it hears that somebody waits for a dialog.
  const dialog = page.waitForEvent('filechooser', { timeout: 120_000 });
  await tabTo(page, 'Show Documentation Explorer');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Mutation');
  await page.keyboard.press('Enter');
  await page.getByText('Creates an account and logs in.').waitFor();
  await tabTo(page, 'Show History');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'History' }).waitFor();
  await tabTo(page, 'CreateResource');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Choose image…');
  await page.keyboard.press('Enter');
  await (await dialog).setFiles({ name: 'four.png', mimeType: 'image/png', buffer: fixture('four-colours.png') });
  await expect.poll(notice).toBe('four.png is in the variables.');
});
