import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientInfo } from '../platform/http/client-info.ts';
import { readEnvironment } from '../platform/process/environment.ts';
import { captureLog } from '../tests/support/captured-log.ts';
import { listen } from '../tests/support/http/servers.ts';
import { createClientIp, isProxyRange } from './client-ip.ts';
import { gatewayEnvironment } from './environment.ts';

/** Identifies a client that connects from 127.0.0.1 to a server with these trusted proxies. */
async function clientSeen(trustedProxies: readonly string[], headers: Record<string, string>): Promise<ClientInfo> {
  const clientOf = createClientIp(trustedProxies);
  const seen: ClientInfo[] = [];
  const server = await listen((req, res) => {
    seen.push(clientOf(req));
    res.end();
  });
  onTestFinished(server.stop);
  await fetch(server.url, { headers: { 'user-agent': 'a client/1.0', ...headers } });
  return seen[0] as ClientInfo;
}

const addressSeen = async (trustedProxies: readonly string[], forwardedFor: string) =>
  (await clientSeen(trustedProxies, { 'x-forwarded-for': forwardedFor })).address;

describe('X-Forwarded-For from an untrusted proxy', () => {
  const warningsOf = async (trusted: readonly string[], headers: Record<string, string>) => {
    const { log, lines } = captureLog();
    const clientOf = createClientIp(trusted, log);
    const server = await listen((req, res) => {
      clientOf(req);
      res.end();
    });
    onTestFinished(server.stop);
    for (let time = 0; time < 3; time++) await fetch(server.url, { headers });
    return lines;
  };
  const forwarded = { 'x-forwarded-for': '198.51.100.7' };

  test.each([
    ['there are no trusted proxies', []],
    ['another proxy is trusted', ['10.0.0.0/8']],
  ])('is warned of once when %s', async (_, trusted) => {
    const [line, ...more] = await warningsOf(trusted, forwarded);
    expect(line).toMatchObject({ level: 40, address: '127.0.0.1', msg: expect.stringContaining('TRUSTED_PROXIES') });
    expect(more).toEqual([]);
    expect(JSON.stringify(line)).not.toContain('198.51.100.7');
  });

  test('is not warned of when the proxy is trusted or the header is absent', async () => {
    expect(await warningsOf(['loopback'], forwarded)).toEqual([]);
    expect(await warningsOf([], {})).toEqual([]);
  });
});

describe('the client’s address is the remote address of the connection', () => {
  test.each([
    ['no proxy', []],
    ['another proxy', ['10.0.0.0/8']],
  ])('when %s is trusted, whatever the headers contain', async (_, trusted) => {
    const headers = {
      'x-forwarded-for': '198.51.100.7',
      'x-real-ip': '198.51.100.7',
      'x-client-address': '198.51.100.7',
      forwarded: 'for=198.51.100.7',
    };
    expect(await clientSeen(trusted, headers)).toEqual({ address: '127.0.0.1', userAgent: 'a client/1.0' });
  });

  test.each([
    '',
    'unknown',
    '198.51.100.7, unknown',
    '198.51.100.7, 300.1.1.1',
    '198.51.100.7, _hidden',
    '1'.repeat(8_000),
  ])('when a trusted proxy sends X-Forwarded-For: %j', async (forwardedFor) => {
    expect(await addressSeen(['127.0.0.1'], forwardedFor)).toBe('127.0.0.1');
  });

  test('when a trusted proxy sends no X-Forwarded-For', async () => {
    expect((await clientSeen(['loopback'], {})).address).toBe('127.0.0.1');
  });
});

describe('behind trusted proxies, the client’s address is', () => {
  test.each([
    ['the only address in X-Forwarded-For', ['127.0.0.1'], '198.51.100.7'],
    ['the last address, as earlier ones may be forged', ['127.0.0.1'], '203.0.113.1, 10.0.0.1, 198.51.100.7'],
    ['the last address when earlier entries are no addresses', ['127.0.0.1'], "'; DROP TABLE users, 198.51.100.7"],
    [
      'the last address that is no trusted proxy’s',
      ['loopback', '10.0.0.0/8'],
      '203.0.113.1, 198.51.100.7, 10.0.0.1,10.1.2.3',
    ],
    ['the first address when all are trusted proxies’', ['127.0.0.0/8', '198.51.100.7'], '198.51.100.7, 127.0.0.9'],
    ['converted from an IPv4-mapped IPv6 address', ['127.0.0.1'], '::ffff:198.51.100.7'],
    ['stripped of its port', ['127.0.0.1'], '198.51.100.7:50123'],
  ])('%s', async (_, trusted, forwardedFor) => {
    expect(await addressSeen(trusted, forwardedFor)).toBe('198.51.100.7');
  });

  test.each(['2001:db8::7', '2001:DB8:0:0::7', '[2001:db8::7]', '[2001:db8::7]:50123', '2001:db8::7%eth0'])(
    'the canonical IPv6 address for %s',
    async (forwardedFor) => {
      expect(await addressSeen(['127.0.0.1'], forwardedFor)).toBe('2001:db8::7');
    },
  );
});

test('cuts the user agent off after 1,000 characters', async () => {
  const { userAgent } = await clientSeen([], { 'user-agent': 'x'.repeat(9_000) });
  expect(userAgent).toBe('x'.repeat(1_000));
});

describe('trusted proxies', () => {
  const one = gatewayEnvironment.pick({ TRUSTED_PROXIES: true });

  test.each([...['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1', 'loopback', 'linklocal', 'uniquelocal']])(
    'may be %s',
    (text) => {
      expect(isProxyRange(text)).toBe(true);
      expect(() => createClientIp([text])).not.toThrow();
    },
  );

  test.each([
    ...['', '*', 'true', '1', 'all', 'localhost', 'proxy.example', 'http://10.0.0.1', '10.0.0.1:80', 'Loopback'],
    ...['10.0.0', '010.0.0.0/8', '0x0a000001', '10.0.0.0/255.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8'],
    ...['10.0.0.0/-1', '10.0.0.0/1e1', '10.0.0.1-10.0.0.9', '10.0.0.1 10.0.0.2', '2001:db8::/129', 'constructor'],
    // All addresses.
    ...['0.0.0.0/0', '::/0'],
  ])('may not be %j', (text) => {
    expect(isProxyRange(text)).toBe(false);
    const read = () => readEnvironment(one, { TRUSTED_PROXIES: `10.0.0.1,${text}` });
    expect(read).toThrow('TRUSTED_PROXIES must be addresses, ranges');
  });

  test('default to none, and may have white space around their commas', () => {
    expect(readEnvironment(one, { TRUSTED_PROXIES: '' })).toEqual({ TRUSTED_PROXIES: [] });
    const TRUSTED_PROXIES = 'loopback , 10.0.0.0/8';
    expect(readEnvironment(one, { TRUSTED_PROXIES })).toEqual({ TRUSTED_PROXIES: ['loopback', '10.0.0.0/8'] });
  });
});
