import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { listen } from '../../tests/support/http/servers.ts';
import type { Logger } from '../process/logger.ts';
import { StartupError } from '../process/startup-error.ts';
import {
  clientAddressHeader,
  createAddressSigner,
  createClientReader,
  readClientAddressKey,
} from './client-address.ts';
import type { ClientInfo } from './client-info.ts';

const newKey = () => readClientAddressKey(randomBytes(32).toString('base64url'));

const startOfTests = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: startOfTests });
  onTestFinished(() => void vi.useRealTimers());
});

const advance = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000);

describe('the key', () => {
  const bytes = randomBytes(32);

  test.each([
    ['base64url', bytes.toString('base64url')],
    ['base64', bytes.toString('base64')],
  ])('is read as %s', (_, text) => {
    expect(readClientAddressKey(text).export()).toEqual(bytes);
  });

  test('may be longer', () => {
    expect(readClientAddressKey(randomBytes(64).toString('base64url')).symmetricKeySize).toBe(64);
  });

  test.each([
    ['is shorter', randomBytes(31).toString('base64url')],
    ['contains spaces', `${'x'.repeat(40)} ${'x'.repeat(40)}`],
    ['has two lines', `${'x'.repeat(60)}\n${'x'.repeat(60)}`],
    ['contains characters outside base64', 'ü'.repeat(60)],
    ['is a private key', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC'],
  ])('is rejected if it %s; the message says how to make one and does not quote it', (_, text) => {
    const read = () => readClientAddressKey(text);
    expect(read).toThrow(StartupError);
    expect(read).toThrow('`npm run secrets` makes one.');
    expect(read).not.toThrow(text);
  });
});

/** A server on 127.0.0.1 that identifies the clients of its requests. */
async function startReader(key = newKey(), log?: Logger) {
  const read = createClientReader(key, log);
  const seen: ClientInfo[] = [];
  const server = await listen((req, res) => {
    seen.push(read(req));
    res.end();
  });
  onTestFinished(server.stop);
  return async (headers: Record<string, string>) => {
    await fetch(server.url, { headers: { 'user-agent': 'a client/1.0', ...headers } });
    return seen.pop();
  };
}

const withHeader = (value: string): Record<string, string> => ({ [clientAddressHeader]: value });
const remote = { address: '127.0.0.1', userAgent: 'a client/1.0' };

describe('the client reader', () => {
  test.each(['198.51.100.7', '2001:db8::7', '::1'])('accepts %s, signed with its key', async (address) => {
    const key = newKey();
    const read = await startReader(key);
    expect(await read(withHeader(createAddressSigner(key)(address)))).toEqual({ address, userAgent: 'a client/1.0' });
  });

  const key = newKey();
  const sign = createAddressSigner(key);
  const forged: [string, () => Record<string, string>][] = [
    ['no header', () => ({})],
    ['no signature', () => withHeader('198.51.100.7')],
    ['an empty signature', () => withHeader('198.51.100.7 1767225600 ')],
    ['no time', () => withHeader(sign('198.51.100.7').replace(/ \d+ /, ' '))],
    ['the signature of another key', () => withHeader(createAddressSigner(newKey())('198.51.100.7'))],
    ['the signature of another address', () => withHeader(sign('198.51.100.7').replace('.7 ', '.8 '))],
    [
      'a later time than was signed',
      () => withHeader(sign('198.51.100.7').replace(/ (\d+) /, (_, at) => ` ${Number(at) + 1} `)),
    ],
    ['the time in another form', () => withHeader(sign('198.51.100.7').replace(/ (?=\d+ )/, ' 0'))],
    ['the address in another form', () => withHeader(sign('2001:db8::7').replace('db8', 'DB8'))],
    ['a shortened signature', () => withHeader(sign('198.51.100.7').slice(0, -1))],
    ['text after the signature', () => withHeader(`${sign('198.51.100.7')}A`)],
    ['a last letter that decodes to the same bytes', () => withHeader(withSameBytes(sign('198.51.100.7')))],
    ['two values', () => withHeader(`${sign('198.51.100.7')}, ${sign('198.51.100.7')}`)],
    ['signed text that is no address', () => withHeader(sign('everybody'))],
    ['X-Forwarded-For', () => ({ 'x-forwarded-for': '198.51.100.7' })],
    ['10 kB of address', () => withHeader(sign('198.51.100.7').replace('198', '1'.repeat(10_000)))],
  ];
  test.each(forged)('falls back to the remote address with %s', async (_, headers) => {
    const { log, lines } = captureLog();
    const read = await startReader(key, log);
    expect(await read(headers())).toEqual(remote);
    expect(lines).toEqual([]);
  });
});

describe('the time of a signature', () => {
  const address = '198.51.100.7';

  test.each([
    ['accepts a header 30 s after it was signed', 30, address],
    ['ignores a header that is replayed after 31 s', 31, '127.0.0.1'],
    ['accepts a header from a clock 30 s ahead', -30, address],
    ['ignores a header from a clock 31 s ahead', -31, '127.0.0.1'],
    ['ignores a header from a clock an hour behind', 3_600, '127.0.0.1'],
  ])('%s', async (_, skewSeconds, expected) => {
    const key = newKey();
    const { log, lines } = captureLog();
    const read = await startReader(key, log);
    vi.setSystemTime(startOfTests - skewSeconds * 1_000);
    const header = withHeader(createAddressSigner(key)(address));
    vi.setSystemTime(startOfTests);
    expect((await read(header))?.address).toBe(expected);
    const logged = lines.map((line) => [line.skewSeconds, line.maxSkewSeconds]);
    expect(logged).toEqual(expected === address ? [] : [[skewSeconds, 30]]);
  });

  test('logs the skew at most once a minute', async () => {
    const key = newKey();
    const { log, lines } = captureLog();
    const read = await startReader(key, log);
    const header = withHeader(createAddressSigner(key)(address));
    for (const seconds of [31, 29, 30, 1]) {
      advance(seconds);
      await read(header);
    }
    expect(lines.map((line) => line.skewSeconds)).toEqual([31, 91]);
    expect(JSON.stringify(lines)).not.toContain(address);
  });

  test('is renewed after ten seconds', () => {
    const sign = createAddressSigner(newKey());
    const first = sign(address);
    advance(9);
    expect(sign(address)).toBe(first);
    advance(1);
    const second = sign(address);
    expect(second).not.toBe(first);
    expect(second.split(' ')[1]).toBe(String(startOfTests / 1_000 + 10));
  });

  test('is renewed when the clock is set back', () => {
    const sign = createAddressSigner(newKey());
    const first = sign(address);
    vi.setSystemTime(startOfTests - 60_000);
    expect(sign(address)).not.toBe(first);
  });
});

/** 32 bytes in base64url leave two bits of the last letter unused. */
function withSameBytes(signed: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signed.slice(0, -1) + letters[letters.indexOf(signed.slice(-1)) + 1];
}

describe('a signature', () => {
  test('is the same for the same address and time, and differs between addresses and keys', () => {
    const key = newKey();
    const [one, again, others] = [createAddressSigner(key), createAddressSigner(key), createAddressSigner(newKey())];
    expect([one('::1'), one('::1')]).toEqual([again('::1'), again('::1')]);
    expect(new Set([one('::1'), one('::2'), others('::1')].map((value) => value.split(' ')[2])).size).toBe(3);
  });

  test('is the same after its address was evicted from the cache', () => {
    const sign = createAddressSigner(newKey());
    const first = sign('10.0.0.0');
    for (let host = 0; host < 3_000; host++) sign(`10.1.${host >> 8}.${host & 255}`);
    expect(sign('10.0.0.0')).toBe(first);
  });
});
