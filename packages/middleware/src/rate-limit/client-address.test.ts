import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { clientAddress } from './client-address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['::FFFF:C000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
  ['unknown', 'unknown'],
  ['not:an:address', 'not:an:address'],
  ['::ffff:1.2.3.4]/@evil', '::ffff:1.2.3.4]/@evil'],
])('%s is the client %s', (ip, client) => {
  expect(clientAddress(ip)).toBe(client);
});

test('all spellings of an address are one client, and a network of 64 bits is one', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      fc.pre(isIPv6(ip));
      const client = clientAddress(ip);
      expect(isIPv4(client) || client.endsWith('::/64')).toBe(true);
      expect(clientAddress(ip.toUpperCase())).toBe(client);
      expect(clientAddress(new URL(`http://[${ip}]`).hostname.slice(1, -1))).toBe(client);
    }),
  );
});
