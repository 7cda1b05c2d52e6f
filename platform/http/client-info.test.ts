import { expect, test } from 'vitest';
import { canonicalAddress } from './client-info.ts';

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
