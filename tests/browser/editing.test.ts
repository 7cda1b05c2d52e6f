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
