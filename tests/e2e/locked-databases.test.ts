import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn } from '../support/graphql/accounts.ts';
import { titles, viewer } from '../support/graphql/documents.ts';
import { lockDatabase } from '../support/systems/database-lock.ts';
import { type System, startSystem } from '../support/systems/system.ts';
import type { TestUser } from '../support/systems/users.ts';

const newest = { orderBy: 'NEWEST' } as const;
const unavailable = { code: 'SERVICE_UNAVAILABLE' };

/** Calls `run` in each of `count` loops until `isOver`, at least once; returns the results. */
async function inLoops<Result>(count: number, run: () => Promise<Result>, isOver: () => boolean): Promise<Result[]> {
  const results: Result[] = [];
  const loop = async () => {
    do results.push(await run());
    while (!isOver());
  };
  await Promise.all(Array.from({ length: count }, loop));
  return results;
}

const readiness = async (url: string) => {
  const response = await fetch(new URL('/health/ready', url));
  return { status: response.status, body: await response.json() };
};

const outcomeOf = (writing: Promise<unknown>) =>
  writing.then(
    () => 'STORED',
    (error: Error) => /[A-Z]+_[A-Z_]+/.exec(error.message)?.[0],
  );

describe.each(['inline', 'thread'] as const)('with writes %s', (writer) => {
  let system: System;
  let ada: TestUser;
  beforeAll(async () => {
    system = await startSystem({}, { writer });
    ada = await system.signUp();
    await ada.create('Still there');
  });
  afterAll(() => system.stop());

  // A busy timeout inside SQLite lets a list or two through between two writes: this test would time out.
  test('while resources.sqlite is locked, lists and readiness are answered, and only writes fail', async () => {
    const lock = await lockDatabase(join(system.dataFolder, 'resources.sqlite'));
    let listed = 0;
    const isOver = () => listed >= 200;
    const list = async () => {
      expect(await ada.request.data(titles, newest)).toEqual({ resources: { nodes: [{ title: 'Still there' }] } });
      listed += 1;
    };
    const [writes, states] = await Promise.all([
      inLoops(5, () => outcomeOf(ada.create('Too early')), isOver),
      inLoops(1, () => readiness(system.resources), isOver),
      inLoops(3, list, isOver),
    ]);
    expect(new Set(writes)).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    expect(states.map(({ status }) => status)).toEqual(states.map(() => 200));
    expect(states.at(-1)?.body).toEqual({ status: 'ok', writes: 'failing' });
    const waiting = [ada.create('Waited'), ada.create('Waited')];
    await lock.release();
    await Promise.all(waiting);
    expect(await readiness(system.resources)).toEqual({ status: 200, body: { status: 'ok' } });
    const { resources } = await ada.request.data(titles, newest);
    expect(resources?.nodes.map(({ title }) => title)).toEqual(['Waited', 'Waited', 'Still there']);
  }, 120_000);

  test('while auth.sqlite is locked, accounts can be read, and log-ins answer SERVICE_UNAVAILABLE', async () => {
    const lock = await lockDatabase(join(system.dataFolder, 'auth.sqlite'));
    const { username, password } = ada;
    let read = 0;
    const isOver = () => read >= 200;
    const me = async () => {
      expect(await ada.request.data(viewer)).toEqual({ me: { id: ada.id, username } });
      read += 1;
    };
    const attempt = () => system.request.error(logIn, { input: { username, password } });
    const [attempts] = await Promise.all([inLoops(5, attempt, isOver), inLoops(3, me, isOver)]);
    expect(attempts).toEqual(attempts.map(() => unavailable));
    expect(await readiness(system.auth)).toEqual({ status: 200, body: { status: 'ok', writes: 'failing' } });
    await lock.release();
    const { login } = await system.request.data(logIn, { input: { username, password } });
    expect(login?.user.id).toBe(ada.id);
    expect(await readiness(system.auth)).toEqual({ status: 200, body: { status: 'ok' } });
  }, 120_000);
});
