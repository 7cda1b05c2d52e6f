import { createHmac, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { changePassword, logIn, register } from '../../support/graphql/accounts.ts';
import { requestTo, type SendRequest } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, uniqueName } from '../../support/systems/users.ts';

const limits = { failuresPerAccount: 3, failuresPerAddress: 6, registrationsPerAddress: 4 };

async function systemBehind(trustedProxies?: readonly string[]): Promise<System> {
  const system = await startSystem({ limits }, trustedProxies && { trustedProxies });
  onTestFinished(system.stop);
  return system;
}

/** The error code of a log-in; undefined if it succeeds. */
async function logInCode(request: SendRequest, { username, password }: Pick<TestUser, 'username' | 'password'>) {
  return (await request(logIn, { input: { username, password } })).errors[0]?.extensions.code;
}

const wrongOf = ({ username }: Pick<TestUser, 'username'>) => ({ username, password: 'wrong horse' });
const someone = () => ({ username: uniqueName(), password: 'wrong horse' });

async function failLogIns(request: SendRequest, person: Pick<TestUser, 'username'>, times = limits.failuresPerAccount) {
  for (let time = 1; time <= times; time++)
    expect(await logInCode(request, wrongOf(person))).toBe('INVALID_CREDENTIALS');
}

describe('behind a trusted proxy', () => {
  let system: System;
  let ada: TestUser;
  /** Sends requests as the proxy would for a client at this address. */
  const from = (forwardedFor: string, token?: string) =>
    requestTo(system.gateway, token, { 'x-forwarded-for': forwardedFor });
  beforeEach(async () => {
    system = await systemBehind(['loopback']);
    ada = await system.signUp();
  });

  test('failed log-ins limit their own address only, whatever the client puts in front of it in X-Forwarded-For', async () => {
    await failLogIns(from('198.51.100.1'), ada);
    expect(await logInCode(from('198.51.100.1'), ada)).toBe('RATE_LIMITED');
    // The client may have written everything before the last address.
    for (const made of [
      '203.0.113.7, 198.51.100.1',
      '127.0.0.1, 198.51.100.1',
      'x, 198.51.100.1',
      '198.51.100.1:4711',
    ]) {
      expect(await logInCode(from(made), ada)).toBe('RATE_LIMITED');
    }
    expect(await logInCode(from('198.51.100.2'), ada)).toBeUndefined();
    expect(await logInCode(from('198.51.100.1, 198.51.100.2'), ada)).toBeUndefined();
  });

  test('a successful log-in from another address does not reset the limit of this one', async () => {
    await failLogIns(from('198.51.100.1'), ada);
    expect(await logInCode(from('198.51.100.2'), ada)).toBeUndefined();
    expect(await logInCode(from('198.51.100.1'), ada)).toBe('RATE_LIMITED');
  });

  test('changePassword also counts by address', async () => {
    await failLogIns(from('198.51.100.1'), ada);
    const input = { currentPassword: ada.password, newPassword: 'another horse altogether' };
    const limited = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) };
    expect(await from('198.51.100.1', ada.accessToken).error(changePassword, { input })).toEqual(limited);
    await from('198.51.100.2', ada.accessToken).data(changePassword, { input });
  });

  test('IPv6 addresses of one /64 network count as one', async () => {
    const addresses = ['2001:db8:0:1::1', '2001:DB8:0:1:2::3', '2001:db8:0:1:ffff:ffff:ffff:ffff'];
    for (const address of addresses) await failLogIns(from(address), ada, 1);
    expect(await logInCode(from('2001:db8:0:1::9'), ada)).toBe('RATE_LIMITED');
    expect(await logInCode(from('2001:db8:0:2::9'), ada)).toBeUndefined();
  });

  test('after too many failures an address is limited for all accounts, and no other address is', async () => {
    for (let nth = 0; nth < limits.failuresPerAddress; nth++) {
      expect(await logInCode(from('198.51.100.1'), someone())).toBe('INVALID_CREDENTIALS');
    }
    expect(await logInCode(from('198.51.100.1'), ada)).toBe('RATE_LIMITED');
    expect(await logInCode(from('198.51.100.2'), ada)).toBeUndefined();
  });

  test('registrations count by address', async () => {
    const open = async (address: string) => {
      const input = { username: uniqueName(), password: 'correct horse battery' };
      return (await from(address)(register, { input })).errors[0]?.extensions.code;
    };
    for (let nth = 0; nth < limits.registrationsPerAddress; nth++) expect(await open('198.51.100.1')).toBeUndefined();
    expect(await open('198.51.100.1')).toBe('RATE_LIMITED');
    expect(await open('198.51.100.2')).toBeUndefined();
  });
});

/** Headers that claim another client address each time. */
const ownKey = randomBytes(32);
const spoofed = (nth: number) => {
  const address = `203.0.113.${nth}`;
  const dated = `${address} ${Math.floor(Date.now() / 1_000)}`;
  const hmac = createHmac('sha256', ownKey).update(`x-client-address\n${dated}`).digest('base64url');
  return {
    'x-forwarded-for': address,
    'x-real-ip': address,
    forwarded: `for=${address}`,
    'true-client-ip': address,
    'cf-connecting-ip': address,
    'x-client-address': nth % 2 ? address : `${dated} ${hmac}`,
  };
};

describe('without a trusted proxy, headers do not change the client’s address', () => {
  test.each(['gateway', 'auth'] as const)('at the %s', async (place) => {
    const system = await systemBehind();
    const ada = await system.signUp();
    const requests = Array.from({ length: 7 }, (_, nth) => requestTo(system[place], undefined, spoofed(nth + 1)));
    const codes = [];
    for (const request of requests.slice(0, 4)) codes.push(await logInCode(request, wrongOf(ada)));
    expect(codes).toEqual([...Array(3).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    for (const request of requests.slice(4)) expect(await logInCode(request, ada)).toBe('RATE_LIMITED');
  });

  test('also if another proxy is trusted', async () => {
    const system = await systemBehind(['10.0.0.0/8']);
    const ada = await system.signUp();
    for (const nth of [1, 2, 3]) await failLogIns(requestTo(system.gateway, undefined, spoofed(nth)), ada, 1);
    expect(await logInCode(system.request, ada)).toBe('RATE_LIMITED');
  });
});

test('auth counts the attempts of a gateway’s clients by client, not by gateway', async () => {
  const system = await systemBehind(['loopback']);
  const ada = await system.signUp();
  await failLogIns(requestTo(system.gateway, undefined, { 'x-forwarded-for': '198.51.100.1' }), ada);
  expect(await logInCode(system.request, ada)).toBeUndefined();
  expect(await logInCode(requestTo(system.auth), ada)).toBeUndefined();
});
