import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPersonalAccessToken } from '../../platform/tokens/personal-access-token.ts';
import type { ExchangedToken } from '../../platform/tokens/token-exchange.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createTokenExchange } from './token-exchange.ts';

const address = '192.0.2.7';
const otherAddress = '192.0.2.8';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});
const passSeconds = (seconds: number) => void vi.advanceTimersByTime(seconds * 1_000);

/** An exchange at auth that knows the tokens that `issue` made, and can be made unavailable. */
function open({ expiresIn = 300 } = {}) {
  const { log, lines } = captureLog();
  const valid = new Set<string>();
  const calls: string[] = [];
  const auth = { isAvailable: true };
  const exchange = async (token: string): Promise<ExchangedToken | undefined> => {
    calls.push(token);
    if (!auth.isAvailable) throw new Error('connect ECONNREFUSED');
    return valid.has(token) ? { accessToken: `access token ${calls.length}`, expiresIn } : undefined;
  };
  const accessTokenFor = createTokenExchange({ exchange, log });
  const issue = () => {
    const token = createPersonalAccessToken();
    valid.add(token);
    return token;
  };
  /** The access token, or the extensions of the error. */
  const use = async (token: string, from = address): Promise<unknown> => {
    try {
      return await accessTokenFor(token, from);
    } catch (error) {
      return (error as { extensions?: unknown }).extensions ?? error;
    }
  };
  const failTimes = async (times: number, from?: string) => {
    const outcomes: unknown[] = [];
    for (let time = 0; time < times; time += 1) outcomes.push(await use(createPersonalAccessToken(), from));
    return outcomes;
  };
  return { accessTokenFor, issue, use, failTimes, calls, auth, lines, revoke: (token: string) => valid.delete(token) };
}

const invalid = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const unavailable = { code: 'SERVICE_UNAVAILABLE' };
const rateLimited = (retryAfterSeconds: number) => ({ code: 'RATE_LIMITED', retryAfterSeconds });

describe('the access token of a personal access token', () => {
  test('is cached, and replaced in the background after a minute', async () => {
    const { accessTokenFor, issue, use, calls } = open();
    const token = issue();
    expect(await use(token)).toBe('access token 1');
    passSeconds(59);
    expect(accessTokenFor(token, address)).toBe('access token 1');
    expect(calls).toEqual([token]);
    passSeconds(1);
    expect(accessTokenFor(token, address)).toBe('access token 1');
    expect(accessTokenFor(token, address)).toBe('access token 1');
    await Promise.resolve();
    await vi.waitFor(() => expect(accessTokenFor(token, address)).toBe('access token 2'));
    expect(calls).toEqual([token, token]);
  });

  test('is exchanged once for concurrent requests', async () => {
    const { issue, use, calls } = open();
    const [token, other] = [issue(), issue()];
    const used = await Promise.all([use(token), use(other), use(token, otherAddress), use(token)]);
    expect(used).toEqual(['access token 1', 'access token 2', 'access token 1', 'access token 1']);
    expect(calls).toEqual([token, other]);
  });

  test('is not used in its last ten seconds', async () => {
    const { issue, use } = open({ expiresIn: 40 });
    const token = issue();
    expect(await use(token)).toBe('access token 1');
    passSeconds(29);
    expect(await use(token)).toBe('access token 1');
    passSeconds(2);
    expect(await use(token)).toBe('access token 2');
  });

  test('of a few seconds is used for half of them', async () => {
    const { issue, use } = open({ expiresIn: 4 });
    const token = issue();
    expect(await use(token)).toBe('access token 1');
    passSeconds(1);
    expect(await use(token)).toBe('access token 1');
    passSeconds(2);
    expect(await use(token)).toBe('access token 2');
  });
});

describe('while auth is unavailable', () => {
  test('a new token is SERVICE_UNAVAILABLE, without its text in the log, and is tried again', async () => {
    const { issue, use, auth, lines } = open();
    const token = issue();
    auth.isAvailable = false;
    expect(await use(token)).toEqual(unavailable);
    expect(lines).toMatchObject([{ msg: 'a personal access token could not be exchanged: auth is unavailable' }]);
    expect(JSON.stringify(lines)).not.toContain(token.slice(8));
    auth.isAvailable = true;
    expect(await use(token)).toBe('access token 2');
  });

  test('a flood of tokens of many addresses is logged twenty times a minute', async () => {
    const { failTimes, auth, lines } = open();
    auth.isAvailable = false;
    for (let network = 0; network < 50; network += 1) await failTimes(2, `192.0.2.${network}`);
    expect(lines).toHaveLength(20);
  });

  test('an exchanged token is used until its access token expires', async () => {
    const { issue, use, auth } = open();
    const token = issue();
    await use(token);
    auth.isAvailable = false;
    passSeconds(289);
    expect(await use(token)).toBe('access token 1');
    passSeconds(2);
    expect(await use(token)).toEqual(unavailable);
  });

  test('its replacement is tried again after five seconds', async () => {
    const { issue, use, auth, calls } = open();
    const token = issue();
    await use(token);
    auth.isAvailable = false;
    passSeconds(60);
    for (const seconds of [0, 4, 1, 4, 1]) {
      passSeconds(seconds);
      await use(token);
    }
    expect(calls).toHaveLength(1 + 3);
  });

  test('no address is blocked', async () => {
    const { issue, use, auth } = open();
    auth.isAvailable = false;
    const outcomes: unknown[] = [];
    for (let time = 0; time < 150; time += 1) outcomes.push(await use(issue()));
    expect(outcomes).toEqual(Array(150).fill(unavailable));
  });
});

describe('an invalid token', () => {
  test('that auth does not know is INVALID', async () => {
    const { use, calls } = open();
    expect(await use(createPersonalAccessToken())).toEqual(invalid);
    expect(calls).toHaveLength(1);
  });

  test('with a wrong checksum is INVALID, and never reaches auth', async () => {
    const { use, calls, issue } = open();
    const token = issue();
    for (const text of ['isg_pat_', `${token}x`, token.slice(0, -1), `isg_pat_${'a'.repeat(48)}`])
      expect(await use(text)).toEqual(invalid);
    expect(calls).toEqual([]);
  });

  test('that was revoked is INVALID from its replacement on', async () => {
    const { issue, use, revoke } = open();
    const token = issue();
    await use(token);
    revoke(token);
    passSeconds(60);
    await use(token);
    await vi.waitFor(async () => expect(await use(token)).toEqual(invalid));
  });
});

describe('after 100 failures of one address in a minute', () => {
  test('further tokens are RATE_LIMITED until the minute is over, and never reach auth', async () => {
    const { issue, use, failTimes, calls } = open();
    expect(await failTimes(100)).toEqual(Array(100).fill(invalid));
    passSeconds(20);
    expect(await use(issue())).toEqual(rateLimited(40));
    expect(calls).toHaveLength(100);
    passSeconds(41);
    expect(await use(issue())).toBe('access token 101');
  });

  test('tokens with a wrong checksum count, too', async () => {
    const { use } = open();
    for (let time = 0; time < 100; time += 1) expect(await use('isg_pat_x')).toEqual(invalid);
    expect(await use('isg_pat_x')).toEqual(rateLimited(60));
  });

  test('exchanged tokens and other addresses go on', async () => {
    const { issue, use, failTimes } = open();
    const token = issue();
    await use(token);
    await failTimes(100);
    expect(await use(token)).toBe('access token 1');
    expect(await use(issue(), otherAddress)).toBe('access token 102');
  });

  test('the addresses of an IPv6 /64 count as one', async () => {
    const { use, failTimes } = open();
    await failTimes(50, '2001:db8::1');
    await failTimes(50, '2001:db8::2');
    expect(await use('isg_pat_x', '2001:db8::3')).toEqual(rateLimited(60));
    expect(await use('isg_pat_x', '2001:db8:0:1::')).toEqual(invalid);
  });

  test('more than 100 concurrent attempts do not reach auth', async () => {
    const { use, calls } = open();
    const outcomes = await Promise.all(Array.from({ length: 150 }, () => use(createPersonalAccessToken())));
    expect(outcomes.filter((outcome) => (outcome as typeof invalid).code === 'RATE_LIMITED')).toHaveLength(50);
    expect(calls).toHaveLength(100);
  });
});

test('tokens that are exchanged do not count as failures', async () => {
  const { issue, use } = open();
  for (let time = 0; time < 250; time += 1) expect(await use(issue())).toBe(`access token ${time + 1}`);
});
