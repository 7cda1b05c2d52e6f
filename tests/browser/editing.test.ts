import { expect, test } from 'vitest';
import { viewer } from '../documents.ts';
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
      errors: [{ message: `The header “${name}” cannot be sent: there is a character in it that none may have.` }],
    });
  }
});
