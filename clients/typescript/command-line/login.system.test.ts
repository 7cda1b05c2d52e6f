import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadUrl } from '../../../tests/support/http/servers.ts';
import { type System, startSystem } from '../../../tests/support/systems/system.ts';
import { uniqueName } from '../../../tests/support/systems/users.ts';
import { createClient, memoryStore } from '../node.ts';
import { commandLine, loginIn, modeOf, recordsOf } from '../testing/command-line.ts';
import { deferred, errorResponse, startProxy } from '../testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const password = 'correct horse battery staple';

/** Logs in with a password on standard input. */
async function logIn(cli = commandLine(), ...args: string[]) {
  const login = cli.start('login', '--url', system.gateway, '--password-stdin', ...args);
  login.send(`${password}\n`, { isLast: true });
  return { code: await login.exitCode, stdout: login.stdout(), stderr: login.stderr() };
}

/** The sessions that an account has, as one of its clients sees them. */
async function sessionsOf(file: string) {
  const { url, tokens } = loginIn(file);
  return createClient({ url, tokens: memoryStore(tokens) }).sessions();
}

describe('login', () => {
  test('--register creates the account, or logs in to it, and the file is for this user alone', async () => {
    const cli = commandLine();
    const username = uniqueName();
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await logIn(cli, '--username', username, '--register');
      expect([code, stderr, stdout]).toEqual([
        0,
        '',
        expect.stringContaining(`Logged in as ${username} at ${system.gateway}`),
      ]);
    }
    expect([modeOf(cli.file), modeOf(dirname(cli.file))]).toEqual(['600', '700']);
    expect(readdirSync(dirname(cli.file))).toEqual(['login.json']);
    expect(loginIn(cli.file)).toMatchObject({ url: system.gateway, username });
    expect((await cli.run('whoami')).stdout).toBe(`${username} at ${system.gateway}\n`);
    // The second log-in has ended the session of the first one.
    const sessions = await sessionsOf(cli.file);
    expect(sessions).toMatchObject([
      { isCurrent: true, userAgent: expect.stringMatching(/^image-supergraph\/\d+\.\d+\.\d+$/) },
    ]);
  });

  test('asks in a terminal, and shows nothing of the password', async () => {
    const cli = commandLine();
    const username = uniqueName();
    const login = cli.inTerminal('login', '--url', system.gateway, '--register');
    await login.find(/Username: /);
    login.send(`${username}\r`);
    await login.find(/Password: /);
    login.send(`wrong\u007f\u007f\u007f\u007f\u007f${password}\r`);
    expect([await login.exitCode, login.stdout()]).toEqual([0, expect.stringContaining(`Logged in as ${username}`)]);
    expect(login.stdout()).not.toMatch(/correct|wrong|\*/);
  });

  test('Ctrl-C at the question for the password ends it', async () => {
    const cli = commandLine();
    const login = cli.inTerminal('login', '--url', system.gateway, '--username', 'ada');
    await login.find(/Password: /);
    login.send('\u0003');
    expect([await login.exitCode, login.stdout()]).toEqual([130, expect.stringContaining('Interrupted.')]);
    expect(existsSync(cli.file)).toBe(false);
  });

  test('a wrong password leaves the file as it was', async () => {
    const cli = commandLine();
    const username = uniqueName();
    await logIn(cli, '--username', username, '--register');
    const before = loginIn(cli.file);
    const login = cli.start('login', '--username', username, '--password-stdin');
    login.send('wrong', { isLast: true });
    expect([await login.exitCode, login.stderr()]).toEqual([1, expect.stringMatching(/password/)]);
    expect(loginIn(cli.file)).toEqual(before);
  });

  test('with a personal access token from standard input', async () => {
    const cli = commandLine();
    const username = uniqueName();
    await logIn(cli, '--username', username, '--register');
    const { stdout: token } = await cli.run('tokens', 'create', 'laptop');
    const other = commandLine();
    const login = other.start('login', '--url', system.gateway, '--with-token');
    login.send(token, { isLast: true });
    expect([await login.exitCode, login.stderr()]).toEqual([0, '']);
    expect([modeOf(other.file), loginIn(other.file).personalAccessToken]).toEqual(['600', token.trim()]);
    expect((await other.run('whoami', '--json')).stdout).toContain(`"username":"${username}"`);
    const logout = await other.run('logout');
    expect([logout.code, logout.stderr]).toEqual([0, expect.stringMatching(/still valid/)]);
    expect(existsSync(other.file)).toBe(false);
  });

  test('needs a terminal or standard input for the password', async () => {
    const { code, stderr } = await commandLine().run('login', '--username', 'ada');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^There is no terminal to ask in: use --password-stdin\.\n\n {2}image-supergraph login/),
    ]);
  });

  test('a file that others can read is closed to them, with a warning', async () => {
    const user = await system.signUp();
    const cli = commandLine({ user, url: system.gateway });
    chmodSync(cli.file, 0o644);
    const first = await cli.run('whoami');
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/^Other users could read .*login\.json: .*\n$/),
    ]);
    expect(modeOf(cli.file)).toBe('600');
    expect((await cli.run('whoami')).stderr).toBe('');
  });

  test('a file that is no log-in is named', async () => {
    const cli = commandLine();
    mkdirSync(dirname(cli.file));
    writeFileSync(cli.file, '{"url":', { mode: 0o600 });
    const { code, stderr } = await cli.run('list');
    expect([code, stderr]).toEqual([1, `${cli.file} is not a log-in: delete it, and run image-supergraph login.\n`]);
  });
});

describe('logout', () => {
  test('ends the session on the server and deletes the file', async () => {
    const user = await system.signUp();
    const cli = commandLine({ user, url: system.gateway });
    const { code, stdout } = await cli.run('logout');
    expect([code, stdout]).toEqual([0, `Logged out ${user.username} at ${system.gateway}.\n`]);
    expect(readdirSync(dirname(cli.file))).toEqual([]);
    const client = createClient({ url: system.gateway, tokens: memoryStore(user) });
    expect(await client.refresh()).toBe(false);
    expect((await cli.run('logout')).stdout).toBe('You were not logged in.\n');
    const list = await cli.run('list');
    expect([list.code, list.stderr]).toEqual([
      1,
      expect.stringMatching(/^You are not logged in: run image-supergraph login/),
    ]);
  });

  test('deletes the file also when the server is down', async () => {
    const user = await system.signUp();
    const cli = commandLine({ user, url: await deadUrl() });
    const { code, stderr } = await cli.run('logout');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^Logged out here, but not at the server.*Nothing listens there/),
    ]);
    expect(existsSync(cli.file)).toBe(false);
  });
});

describe('the session', () => {
  test('is refreshed once for processes that run at the same time', async () => {
    // Without a grace period, a second use of a refresh token would end the session.
    const sessions = { graceSeconds: 0, retrySeconds: 0, idleSeconds: 3_600, maxSeconds: 3_600 };
    const strict = await startSystem({ sessions });
    try {
      const user = await strict.signUp();
      const proxy = await startProxy(strict.gateway);
      const cli = commandLine({ user, url: proxy.url });
      const { promise, resolve } = deferred();
      proxy.next(Array(4).fill(errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' })), 'ResourcePages');
      proxy.next([{ after: promise }], 'RefreshSession');
      const lists = Array.from({ length: 4 }, () => cli.start('list'));
      await expect.poll(() => proxy.seen.filter(({ operation }) => operation === 'ResourcePages').length).toBe(4);
      resolve();
      expect(await Promise.all(lists.map(({ exitCode }) => exitCode))).toEqual([0, 0, 0, 0]);
      expect(proxy.seen.filter(({ operation }) => operation === 'RefreshSession')).toHaveLength(1);
      expect(loginIn(cli.file).tokens.refreshToken).not.toBe(user.refreshToken);
      expect([modeOf(cli.file), readdirSync(dirname(cli.file))]).toEqual(['600', ['login.json']]);
    } finally {
      await strict.stop();
    }
  });

  test('outlives a process that was killed while it refreshed', async () => {
    const user = await system.signUp();
    const proxy = await startProxy(system.gateway);
    const cli = commandLine({ user, url: proxy.url });
    proxy.next(Array(2).fill(errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' })), 'ResourcePages');
    proxy.next([{ after: new Promise(() => {}) }], 'RefreshSession');
    const killed = cli.start('list');
    await expect.poll(() => proxy.executed).toContain('RefreshSession');
    killed.signal('SIGKILL');
    await killed.exitCode;
    // Its lock is left; it counts for ten seconds.
    expect(await cli.run('list')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('says to log in again once it has ended', async () => {
    const user = await system.signUp();
    const cli = commandLine({ user, url: system.gateway });
    await createClient({ url: system.gateway, tokens: memoryStore(user) }).logOutEverywhere();
    const proxy = await startProxy(system.gateway);
    proxy.next([errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' })], 'Me');
    const moved = commandLine({ user, url: proxy.url });
    const first = await moved.run('whoami');
    expect([first.code, first.stderr]).toEqual([1, expect.stringMatching(/Run image-supergraph login\.\n$/)]);
    const second = await moved.run('whoami');
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(`^The session of ${user.username} at .* has ended: run image-supergraph login\\.\\n$`),
    ]);
    expect(existsSync(cli.file)).toBe(true);
  });
});

describe('the environment', () => {
  test('IMAGE_SUPERGRAPH_TOKEN and _URL take the place of a log-in', async () => {
    const user = await system.signUp();
    const cli = commandLine();
    Object.assign(cli.env, { IMAGE_SUPERGRAPH_URL: system.gateway, IMAGE_SUPERGRAPH_TOKEN: user.accessToken });
    expect(recordsOf((await cli.run('whoami', '--json')).stdout)).toMatchObject([{ username: user.username }]);
    expect(existsSync(cli.file)).toBe(false);
    Object.assign(cli.env, { IMAGE_SUPERGRAPH_TOKEN: 'isg_pat_revoked' });
    const revoked = await cli.run('whoami');
    expect([revoked.code, revoked.stderr]).toEqual([1, expect.stringMatching(/Check IMAGE_SUPERGRAPH_TOKEN/)]);
  });

  test('the tokens of one server are never sent to another', async () => {
    const user = await system.signUp();
    const cli = commandLine({ user, url: system.gateway });
    const proxy = await startProxy(system.gateway);
    const byOption = await cli.run('list', '--url', proxy.url);
    const at = new URL('/graphql', proxy.url).href;
    expect([byOption.code, byOption.stderr]).toEqual([
      1,
      `You are logged in at ${system.gateway}: run image-supergraph login --url ${at}\n`,
    ]);
    Object.assign(cli.env, { IMAGE_SUPERGRAPH_URL: proxy.url });
    expect((await cli.run('list')).code).toBe(1);
    expect(proxy.seen).toEqual([]);
  });
});

describe('errors', () => {
  test('say that nothing listens at the address', async () => {
    const url = await deadUrl();
    const cli = commandLine({ user: await system.signUp(), url });
    const { code, stderr } = await cli.run('list');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^No response from .* Nothing listens there: start the server/),
    ]);
  });

  test('say that the port speaks http', async () => {
    const url = system.gateway.replace('http:', 'https:');
    const cli = commandLine({ user: await system.signUp(), url });
    const { code, stderr } = await cli.run('list');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/The port speaks http: use http:\/\/ instead of https:\/\/\.\n$/),
    ]);
  });

  test('say what limits the rate, after the time that the server names', async () => {
    const proxy = await startProxy(system.gateway);
    const cli = commandLine({ user: await system.signUp(), url: proxy.url });
    proxy.next([errorResponse('RATE_LIMITED', { retryAfterSeconds: 2 })], 'ResourcePages');
    const waited = await cli.run('list');
    expect(waited).toEqual({ code: 0, stdout: '', stderr: 'No. The next attempt is in 2 s.\n' });
    proxy.next([errorResponse('RATE_LIMITED', { retryAfterSeconds: 600 })], 'ResourcePages');
    const tooLong = await cli.run('list');
    expect([tooLong.code, tooLong.stderr]).toEqual([1, 'No. Run it again in 600 s.\n']);
  });
});
