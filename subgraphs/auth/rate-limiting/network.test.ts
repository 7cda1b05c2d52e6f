import { expect, test } from 'vitest';
import { networkOf } from './network.ts';

test.each([
  ['an address of IPv4', '192.0.2.7', '192.0.2.7'],
  ['one that was mapped into IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
  ['one that was mapped and written as IPv6', '::FFFF:c000:207', '192.0.2.7'],
  ['an address of IPv6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['another one of the same /64', '2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['the same written at length', '2001:0DB8:0001:0002:0000:0000:0000:0000', '2001:db8:1:2::/64'],
  ['one of the next /64', '2001:db8:1:3::', '2001:db8:1:3::/64'],
  ['one with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['this machine', '::1', '0:0:0:0::/64'],
])('%s', (_, address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each(['', 'unknown', '192.0.2.7:443', '[::1]', '/run/auth.sock'])('what is no address, as %j', (text) => {
  expect(networkOf(text)).toBe(text);
});
