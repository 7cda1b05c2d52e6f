import { expect, test } from 'vitest';
import { viewer } from '../support/graphql/documents.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

test('Prettify formats the operation, the variables and the headers, and preserves comments', async () => {
  const { page, write, text } = await openExplorer();
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer).replaceAll(/\s+/g, ' '));
  await write('variables', '{"first":10, // a few\n"after":null}');
  await write('request-headers', '{"x-request-id":"mine" /* for the logs */}');
  await page.getByRole('button', { name: 'Prettify' }).click();
  await expect.poll(() => text('operation')).toBe('query Viewer {\n  me {\n    id\n    username\n  }\n}\n');
  expect(await text('variables')).toBe('{\n  "first": 10, // a few\n  "after": null\n}\n');
  expect(await text('request-headers')).toBe('{\n  "x-request-id": "mine" /* for the logs */\n}\n');
});

test('names a header that cannot be sent, without a stack trace', async () => {
  const { run, show, write } = await openExplorer();
  await show('ListWithOwners');
  for (const [name, value] of Object.entries({ 'x id': 'mine', 'x-note': '“mine”' })) {
    await write('request-headers', JSON.stringify({ 'x-request-id': 'mine', [name]: value }));
    expect(await run('ListWithOwners')).toEqual({
      errors: [{ message: `The header “${name}” cannot be sent: its name or value has an invalid character.` }],
    });
  }
});

test('does not store cleared data again when the settings dialog is closed', async () => {
  const { page, run, write } = await openExplorer();
  await page.clock.install();
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer));
  await page.getByRole('button', { name: 'Viewer', exact: true }).waitFor();
  await run('Viewer');
  const stored = () => page.evaluate<string>('JSON.stringify({ ...localStorage })');
  await expect.poll(stored).toContain('Viewer');
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  // GraphiQL stores changes after a delay of half a second.
  await page.clock.runFor(1_000);
  await page.getByRole('button', { name: 'Clear data' }).click();
  await page.getByRole('button', { name: 'Cleared data' }).waitFor();
  await page.keyboard.press('Escape');
  await page.clock.runFor(1_000);
  expect(await stored()).not.toContain('Viewer');
});

test('completes a field as it is typed, and shows its documentation', async () => {
  const { page, write } = await openExplorer();
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', 'query Typed {\n\n}');
  await page.getByLabel('Operation Editor').locator('.view-line').nth(1).click();
  await page.keyboard.type('resou');
  await page.locator('.suggest-widget .monaco-list-row', { hasText: 'resources' }).first().waitFor();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation' }).click();
  await page.getByText('Creates an account and logs in.').waitFor();
});
