import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../support/systems/system.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const json = { accept: 'application/json', 'apollo-require-preflight': '1' };

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

test('the gateway serves the page, and every file that the page refers to', async () => {
  const page = await fetch(new URL('/', system.gateway), { headers: browser });
  const text = await page.text();
  expect([page.status, await (await fetch(system.gateway, { headers: browser })).text()]).toEqual([200, text]);
  const names = [...text.matchAll(/(?:src|href)="(explorer\/[^"]+)"/g)].map(([, name = '']) => name);
  expect(names.map((name) => name.replace(/^.*\./, '')).sort()).toEqual(['css', 'js']);
  for (const name of names) {
    const file = await fetch(new URL(name, page.url));
    expect([name, file.status, (await file.arrayBuffer()).byteLength]).toEqual([name, 200, expect.any(Number)]);
  }
});

test('a query by GET is answered with JSON', async () => {
  const url = `${system.gateway}?query=${encodeURIComponent('{ __typename }')}`;
  expect(await (await fetch(url, { headers: json })).json()).toEqual({ data: { __typename: 'Query' } });
});

test.each(['auth', 'resources'] as const)('%s serves no page', async (name) => {
  for (const [path, status] of [
    ['/', 404],
    ['/explorer/index.html', 404],
    ['/graphql', 406],
  ] as const) {
    const response = await fetch(new URL(path, system[name]), { headers: { accept: 'text/html' } });
    expect([path, response.status, await response.json()]).toMatchObject([path, status, { errors: [{}] }]);
  }
});
