import { describe, expect, test } from 'vitest';
import { canonicalAddress, networkOf } from './client-info.ts';

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
])('formats the address %s as %s', (address, canonical) => {
  expect(canonicalAddress(address)).toBe(canonical);
});

test.each(['', ' ', 'unknown', 'localhost', '127.1', '010.0.0.1', '1.2.3.4:80', '1.2.3.4%eth0', '[::1]', '1.2.3.4 '])(
  'returns undefined for %j, which is no address',
  (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  },
);

describe('networkOf', () => {
  test.each([
    ['returns an IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['unmaps an IPv4 address from IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['unmaps an IPv4 address written in hexadecimal', '::FFFF:c000:207', '192.0.2.7'],
    ['returns the /64 of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['returns the same for another address of the /64', '2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['returns the same for the long form', '2001:0DB8:0001:0002:0000:0000:0000:0000', '2001:db8:1:2::/64'],
    ['returns the next /64', '2001:db8:1:3::', '2001:db8:1:3::/64'],
    ['ignores the zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['accepts the loopback address', '::1', '0:0:0:0::/64'],
  ])('%s', (_, ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });

  test.each(['', 'unknown', '192.0.2.7:443', '[::1]', '/run/auth.sock'])('returns other text unchanged: %j', (text) => {
    expect(networkOf(text)).toBe(text);
  });
});
