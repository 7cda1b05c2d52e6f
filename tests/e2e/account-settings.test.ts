import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LoginInput, TypedDocumentString } from '../generated/graphql.ts';
import { folderOfTest } from '../support/files.ts';
import { logIn, logInAgain, refreshSession, refreshWith, register, sessionsOf } from '../support/graphql/accounts.ts';
import { viewer } from '../support/graphql/documents.ts';
import { requestTo } from '../support/graphql/request.ts';
import { run, type Spawned } from '../support/systems/spawned.ts';
import { uniqueName, usersAt } from '../support/systems/users.ts';

const freePorts = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };

/** Starts everything in one process with these variables, until the test ends. */
function start(variables: Record<string, string>): Spawned {
  const DATA_FOLDER = join(folderOfTest(), 'data');
  const process = run('start.ts', { ...freePorts, DATA_FOLDER, BCRYPT_COST: '10', ...variables });
  onTestFinished(process.end);
  return process;
}

/** The URL of its gateway. */
async function gatewayWith(variables: Record<string, string>): Promise<string> {
  const [, url = ''] = await start(variables).find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
  return url;
}

describe('npm start', () => {
  test('reads the settings of sessions', async () => {
    const gateway = await gatewayWith({
      REFRESH_REUSE_GRACE_SECONDS: '0',
      REFRESH_RETRY_SECONDS: '0',
      ACCESS_TOKEN_SECONDS: '60',
      SESSION_IDLE_SECONDS: '7200',
      SESSION_LONGEST_SECONDS: '3600',
    });
    const { request, signUp } = usersAt(gateway);
    const ada = await signUp();
    const [session] = await sessionsOf(ada.request);
    const { createdAt = '', expiresAt = '' } = session ?? {};
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(3_600_000);
    expect(await refreshWith(request, ada.refreshToken)).toMatchObject({ expiresIn: 60 });
    const again = await request.error(refreshSession, { input: { refreshToken: ada.refreshToken } });
    expect(again).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
    expect(await ada.request.error(viewer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('lets clients retry a refresh without a grace period, by default', async () => {
    const { request, signUp } = usersAt(await gatewayWith({ REFRESH_REUSE_GRACE_SECONDS: '0' }));
    const ada = await signUp();
    const lost = await refreshWith(request, ada.refreshToken);
    const next = await refreshWith(request, ada.refreshToken);
    await refreshWith(request, next.refreshToken);
    const late = await request.error(refreshSession, { input: { refreshToken: lost.refreshToken } });
    expect(late).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
    expect(await ada.request.error(viewer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('has a grace period and sessions of 30 days by default', async () => {
    const { request, signUp } = usersAt(await gatewayWith({}));
    const ada = await signUp();
    const [first, second] = [
      await refreshWith(request, ada.refreshToken),
      await refreshWith(request, ada.refreshToken),
    ];
    expect([first.expiresIn, second.expiresIn]).toEqual([900, 900]);
    const [session] = await sessionsOf(ada.request);
    const { lastUsedAt = '', expiresAt = '' } = session ?? {};
    expect(Date.parse(expiresAt) - Date.parse(lastUsedAt)).toBe(30 * 86_400_000);
  });

  test('reads the settings of passwords, rate limits and trusted proxies', async () => {
    const gateway = await gatewayWith({
      PASSWORD_MIN_CHARACTERS: '12',
      LOGIN_FAILURES_PER_ACCOUNT: '2',
      LOGIN_FAILURES_PER_ADDRESS: '3',
      REGISTRATIONS_PER_ADDRESS: '2',
      TRUSTED_PROXIES: 'loopback',
    });
    const from = (address: string) => requestTo(gateway, undefined, { 'x-forwarded-for': address });
    const codeOf = async <Data>(
      address: string,
      operation: TypedDocumentString<Data, { input: LoginInput }>,
      input: LoginInput,
    ) => (await from(address)(operation, { input })).errors[0]?.extensions.code;
    const ada = { username: uniqueName(), password: 'twelve char.' };
    expect(await codeOf('198.51.100.1', register, { ...ada, password: 'eleven char' })).toBe('BAD_USER_INPUT');
    expect(await codeOf('198.51.100.1', register, ada)).toBeUndefined();
    const other = { username: uniqueName(), password: ada.password };
    expect(await codeOf('198.51.100.1', register, other)).toBeUndefined();
    expect(await codeOf('198.51.100.1', register, { ...other, username: uniqueName() })).toBe('RATE_LIMITED');

    const wrong = { ...ada, password: 'wrong horse' };
    for (let time = 1; time <= 2; time++) {
      expect(await codeOf('198.51.100.1', logIn, wrong)).toBe('INVALID_CREDENTIALS');
    }
    expect(await codeOf('198.51.100.1', logIn, ada)).toBe('RATE_LIMITED');
    expect(await codeOf('198.51.100.1', logIn, { ...other, password: 'wrong horse' })).toBe('INVALID_CREDENTIALS');
    expect(await codeOf('198.51.100.1', logIn, other)).toBe('RATE_LIMITED');
    expect(await codeOf('198.51.100.2', logIn, ada)).toBeUndefined();
  });

  test('has no limit if the setting is 0', async () => {
    const gateway = await gatewayWith({
      LOGIN_FAILURES_PER_ACCOUNT: '0',
      LOGIN_FAILURES_PER_ADDRESS: '0',
      REGISTRATIONS_PER_ADDRESS: '0',
    });
    const { request, signUp } = usersAt(gateway);
    const ada = await signUp();
    const input = { username: ada.username, password: 'wrong horse' };
    for (let time = 1; time <= 12; time++) {
      expect(await request.error(logIn, { input })).toEqual({ code: 'INVALID_CREDENTIALS' });
    }
    await logInAgain(gateway, ada);
  });

  test('lists every invalid setting, and does not start', async () => {
    const wrong = {
      REFRESH_REUSE_GRACE_SECONDS: '-1',
      REFRESH_RETRY_SECONDS: 'a day',
      ACCESS_TOKEN_SECONDS: '0',
      SESSION_IDLE_SECONDS: '1',
      SESSION_LONGEST_SECONDS: 'never',
      PASSWORD_MIN_CHARACTERS: '7',
      LOGIN_FAILURES_PER_ACCOUNT: '1.5',
      LOGIN_FAILURES_PER_ADDRESS: '-5',
      REGISTRATIONS_PER_ADDRESS: 'many',
      TRUSTED_PROXIES: '*',
    };
    const process = start(wrong);
    expect(await process.exitCode).toBe(1);
    for (const name of Object.keys(wrong)) expect(process.stderr()).toContain(`  ${name} `);
  });
});
