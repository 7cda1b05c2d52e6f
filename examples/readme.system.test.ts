import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deadUrl } from '../tests/support/http/servers.ts';
import { runCommand } from '../tests/support/systems/spawned.ts';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');

test('the README’s command serves the gallery', async () => {
  const command = /^npx (esbuild .*)$/m.exec(readme)?.[1] ?? '';
  const { host } = new URL(await deadUrl());
  const args = command.replace('127.0.0.1:8000', host).split(' ');
  const server = runCommand(['npx', '--no-install', ...args], { NO_COLOR: '1' });
  try {
    let page: Response | undefined;
    while (!page) page = await fetch(`http://${host}/`).catch(() => undefined);
    expect(await page.text()).toContain('gallery.js');
    const script = await fetch(`http://${host}/gallery.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  } finally {
    await server.end();
  }
});
