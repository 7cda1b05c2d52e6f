import { expect, test } from 'vitest';
import { viewer } from '../support/documents.ts';
import { openExplorer } from './open-explorer.ts';

test('Prettify sets the operation, the variables and the headers in order, and keeps their comments', async () => {
  const { page, write, text } = await openExplorer();
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer).replaceAll(/\s+/g, ' '));
  await write('variables', '{"first":10, // a few\n"after":null}');
  await write('request-headers', '{"x-request-id":"mine" /* to be found again */}');
  await page.getByRole('button', { name: 'Prettify' }).click();
  await expect.poll(() => text('operation')).toBe('query Viewer {\n  me {\n    id\n    username\n  }\n}\n');
  expect(await text('variables')).toBe('{\n  "first": 10, // a few\n  "after": null\n}\n');
  expect(await text('request-headers')).toBe('{\n  "x-request-id": "mine" /* to be found again */\n}\n');
});

test('a header that cannot be sent is named, and an answer holds nothing of the page’s inside', async () => {
  const { run, show, write } = await openExplorer();
  await show('ListWithOwners');
  for (const [name, value] of Object.entries({ 'x id': 'mine', 'x-note': '“mine”' })) {
    await write('request-headers', JSON.stringify({ 'x-request-id': 'mine', [name]: value }));
    expect(await run('ListWithOwners')).toEqual({
      errors: [{ message: `The header “${name}” cannot be sent: its name or value has an invalid character.` }],
    });
  }
});

test('what was cleared is not kept again by closing the dialog', async () => {
  const { page, run, write } = await openExplorer();
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer));
  await page.getByRole('button', { name: 'Viewer', exact: true }).waitFor();
  await run('Viewer');
  const kept = () => page.evaluate<string>('JSON.stringify({ ...localStorage })');
  await expect.poll(kept).toContain('Viewer');
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  // GraphiQL keeps what has changed half a second later.
  await page.waitForTimeout(1_000);
  await page.getByRole('button', { name: 'Clear data' }).click();
  await page.getByRole('button', { name: 'Cleared data' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForTimeout(1_000);
  expect(await kept()).not.toContain('Viewer');
});
