import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../tests/support/servers.ts';
import { StartupError } from '../process/startup-error.ts';
import {
  clientAddressHeader,
  createAddressSigner,
  createClientReader,
  readClientAddressKey,
} from './client-address.ts';
import { type ClientInfo, canonicalAddress } from './client-info.ts';

const newKey = () => readClientAddressKey(randomBytes(32).toString('base64url'));

describe('the key of client addresses', () => {
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
    ['has spaces in it', `${'x'.repeat(40)} ${'x'.repeat(40)}`],
    ['has two lines', `${'x'.repeat(60)}\n${'x'.repeat(60)}`],
    ['has characters that base64 has not', 'ü'.repeat(60)],
    ['is a key of another kind', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC'],
  ])('is refused where it %s, with how to make one and nothing of it', (_, text) => {
    const read = () => readClientAddressKey(text);
    expect(read).toThrow(StartupError);
    expect(read).toThrow('`npm run secrets` makes one.');
    expect(read).not.toThrow(text);
  });
});

/** What auth makes of a request with these headers; the other end of the connection is 127.0.0.1. */
async function readAs(headers: Record<string, string>, key = newKey()): Promise<ClientInfo> {
  const read = createClientReader(key);
  const seen: ClientInfo[] = [];
  const server = await listen((req, res) => {
    seen.push(read(req));
    res.end();
  });
  onTestFinished(server.stop);
  await fetch(server.url, { headers: { 'user-agent': 'a client/1.0', ...headers } });
  return seen[0] as ClientInfo;
}

const asked = (value: string): IncomingHttpHeaders & Record<string, string> => ({ [clientAddressHeader]: value });

describe('of whom a request names, auth believes', () => {
  test.each(['198.51.100.7', '2001:db8::7', '::1'])('%s, signed by the gateway', async (address) => {
    const key = newKey();
    const client = await readAs(asked(createAddressSigner(key)(address)), key);
    expect(client).toEqual({ address, userAgent: 'a client/1.0' });
  });

  const key = newKey();
  const signed = createAddressSigner(key)('198.51.100.7');
  const signature = signed.split(' ')[1] ?? '';
  const forged: [string, Record<string, string>][] = [
    ['no header', {}],
    ['no signature', asked('198.51.100.7')],
    ['an empty one', asked('198.51.100.7 ')],
    ['the signature of another key', asked(createAddressSigner(newKey())('198.51.100.7'))],
    ['the signature of another address', asked(`198.51.100.8 ${signature}`)],
    ['the address in other letters', asked(createAddressSigner(key)('2001:db8::7').replace('db8', 'DB8'))],
    ['a signature that was cut', asked(signed.slice(0, -1))],
    ['more after the signature', asked(`${signed}A`)],
    ['another last letter, which has the same bytes', asked(sameBytes(signed))],
    ['two of them', asked(`${signed}, ${signed}`)],
    ['what is no address, though signed', asked(createAddressSigner(key)('everybody'))],
    ['X-Forwarded-For', { 'x-forwarded-for': '198.51.100.7' }],
    ['much', asked(`${'1'.repeat(10_000)} ${signature}`)],
  ];
  test.each(forged)('nobody, where there is %s: it is the other end', async (_, headers) => {
    expect(await readAs(headers, key)).toEqual({ address: '127.0.0.1', userAgent: 'a client/1.0' });
  });
});

/** Base64url of 32 bytes has two bits to spare in its last letter. */
function sameBytes(signed: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signed.slice(0, -1) + letters[letters.indexOf(signed.slice(-1)) + 1];
}

describe('a signature', () => {
  test('is the same for the same address, and tells addresses and keys apart', () => {
    const key = newKey();
    const [one, again, others] = [createAddressSigner(key), createAddressSigner(key), createAddressSigner(newKey())];
    expect([one('::1'), one('::1')]).toEqual([again('::1'), again('::1')]);
    expect(new Set([one('::1'), one('::2'), others('::1')].map((value) => value.split(' ')[1])).size).toBe(3);
  });

  test('holds after more addresses than are remembered', () => {
    const sign = createAddressSigner(newKey());
    const first = sign('10.0.0.0');
    for (let host = 0; host < 3_000; host++) sign(`10.1.${host >> 8}.${host & 255}`);
    expect(sign('10.0.0.0')).toBe(first);
  });
});

describe('an address', () => {
  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['::FFFF:c633:6407', '198.51.100.7'],
    ['0:0:0:0:0:ffff:198.51.100.7', '198.51.100.7'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:198.51.100.7%eth0', '198.51.100.7'],
    ['::ffff:0:198.51.100.7', '::ffff:0:c633:6407'],
    ['::1', '::1'],
  ])('%s is written as %s', (given, written) => {
    expect(canonicalAddress(given)).toBe(written);
  });

  test.each(['', ' ', 'unknown', 'localhost', '127.1', '010.0.0.1', '1.2.3.4:80', '1.2.3.4%eth0', '[::1]', '1.2.3.4 '])(
    'is not %j',
    (given) => {
      expect(canonicalAddress(given)).toBeUndefined();
    },
  );
});
