import { expect, onTestFinished, test, vi } from 'vitest';
import type { LogLine } from '../../tests/support/captured-log.ts';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

type Server = Awaited<ReturnType<typeof startTinyServer>>;

const mistakes: Record<string, (server: Server) => Promise<Response>> = {
  'a body that is no JSON': ({ url }) => post(url, '{'),
  'a document that is not valid': ({ url }) => post(url, { query: '{ nowhere }' }),
  'a document that cannot be parsed': ({ url }) => post(url, { query: '{' }),
  'an unknown path': ({ origin }) => fetch(`${origin}/elsewhere`),
  'a response type that no response has': ({ url }) => post(url, { query: '{ hello }' }, { accept: 'image/png' }),
  'a body that is too large': ({ url }) => post(url, { query: `{ hello } # ${'x'.repeat(2_000)}` }),
  'an operation name that matches none': ({ url }) => post(url, { query: '{ hello }', operationName: 'other' }),
};

const levels = { info: 30, warn: 40 };
const leftOutOf = (lines: LogLine[]) => lines.reduce((sum, { leftOut }) => sum + Number(leftOut ?? 0), 0);

test.each(Object.entries(mistakes))(
  '%s: is logged at the level info, twenty times a minute, with the number of lines left out',
  async (_, makeMistake) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await startTinyServer({ maxBodyBytes: 1_000 });
    const before = server.log.length;
    for (let count = 0; count < 50; count += 1) {
      const response = await makeMistake(server);
      expect(response.status).toBeGreaterThanOrEqual(400);
      await response.text();
    }
    const written = server.log.slice(before);
    expect(written).toHaveLength(20);
    vi.advanceTimersByTime(60_000);
    const lines = server.log.slice(before);
    expect(leftOutOf(lines)).toBe(30);
    expect(new Set(lines.map(({ level }) => level))).toEqual(new Set([levels.info]));
  },
);

test('requests without a mistake are logged each, also those that ask for their cost', async () => {
  const { url, log } = await startTinyServer();
  const before = log.length;
  for (let count = 0; count < 30; count += 1) {
    await (await post(url, { query: '{ hello }' }, count % 2 ? { 'x-graphql-cost': '1' } : {})).text();
  }
  expect(log.slice(before).map(({ msg }) => msg)).toEqual(Array(30).fill('answered'));
});

test('a process that is not ready says so twenty times a minute', async () => {
  const { origin, log } = await startTinyServer({ checkReady: () => Promise.reject(new Error('not yet')) });
  for (let count = 0; count < 50; count += 1) expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
  expect(log.filter(({ level }) => Number(level) >= levels.warn)).toHaveLength(20);
});
