import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isProxyNetwork, trustedProxies } from './trusted-proxies.ts';

const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
const groups = fc.uint8Array({ minLength: 16, maxLength: 16 });
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

const ipv4 = (bytes: Iterable<number>) => [...bytes].join('.');
const ipv6 = (bytes: Iterable<number>) =>
  [...bytes]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .replaceAll(/(.{4})(?!$)/g, '$1:');

const bitsOf = (bytes: Iterable<number>) =>
  [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');

/** An address that shares its first bits with another one. */
function near(bytes: Uint8Array, shared: number, rest: Uint8Array): number[] {
  const bits = bitsOf(bytes).slice(0, shared) + bitsOf(rest).slice(shared);
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

function trusts(list: readonly string[], address: string | undefined): boolean | undefined {
  return trustedProxies(list)?.(address, 0);
}

describe('a list', () => {
  test('of IPv4 networks contains the addresses with their prefix, including IPv4-mapped ones', () => {
    fc.assert(
      fc.property(
        octets,
        octets,
        fc.integer({ min: 1, max: 32 }),
        fc.nat(32),
        (base, other, prefix, shared) => {
          const address = near(base, shared, other);
          const within = bitsOf(address).startsWith(bitsOf(base).slice(0, prefix));
          const network = [`${ipv4(base)}/${prefix}`];
          expect(trusts(network, ipv4(address))).toBe(within);
          expect(trusts(network, `::ffff:${ipv4(address)}`)).toBe(within);
          expect(trusts(network, ipv6([...MAPPED, ...address]))).toBe(within);
          expect(trusts([`${ipv6([...MAPPED, ...base])}/${96 + prefix}`], ipv4(address))).toBe(within);
        },
      ),
    );
  });

  test('of IPv6 networks contains the addresses with their prefix', () => {
    fc.assert(
      fc.property(
        groups,
        groups,
        fc.integer({ min: 1, max: 128 }),
        fc.nat(128),
        (base, other, prefix, shared) => {
          const address = near(base, shared, other);
          const within = bitsOf(address).startsWith(bitsOf(base).slice(0, prefix));
          // A network that contains all of IPv4 is not a valid entry.
          fc.pre(prefix > 96 || !bitsOf(MAPPED).startsWith(bitsOf(base).slice(0, prefix)));
          expect(trusts([`${ipv6(base)}/${prefix}`], ipv6(address))).toBe(within);
        },
      ),
    );
  });

  test.each([
    [
      'loopback',
      ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'],
      ['126.255.255.255', '128.0.0.1', '::2', '::'],
    ],
    [
      'linklocal',
      ['169.254.0.1', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
      ['169.253.255.255', '169.255.0.1', 'fec0::1'],
    ],
    [
      'uniquelocal',
      ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fdff::1'],
      ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.1.1', '192.169.0.0', 'fe00::1'],
    ],
    ['203.0.113.7', ['203.0.113.7', '::ffff:203.0.113.7'], ['203.0.113.6', '203.0.113.8', '::203.0.113.7']],
    ['2001:DB8::1', ['2001:db8::1', '2001:0db8:0:0::1'], ['2001:db8::2', '2001:db8::']],
  ])('of %s contains %j, but not %j', (entry, inside, outside) => {
    for (const address of inside) expect.soft(trusts([entry], address), address).toBe(true);
    for (const address of outside) expect.soft(trusts([entry], address), address).toBe(false);
  });

  test('contains each of its entries, but no unknown address', () => {
    const list = ['loopback', '203.0.113.0/24', '2001:db8::/32'];
    for (const address of ['127.0.0.1', '203.0.113.200', '2001:db8:1::1'])
      expect(trusts(list, address)).toBe(true);
    for (const address of ['10.0.0.1', '::', undefined]) expect(trusts(list, address)).toBe(false);
  });
});

test('a number trusts as many hops, whatever their addresses', () => {
  const two = trustedProxies(2);
  expect([0, 1, 2, 3].map((hop) => two?.('203.0.113.7', hop))).toEqual([true, true, false, false]);
  expect(two?.(undefined, 0)).toBe(true);
});

test.each([[false], [[]]])('%j trusts nobody', (option) => {
  expect(trustedProxies(option as false | string[])).toBeUndefined();
});

describe('an entry', () => {
  test.each([
    'loopback',
    'linklocal',
    'uniquelocal',
    '10.0.0.1',
    '10.0.0.0/8',
    '::1',
    'fc00::/7',
    '::ffff:10.0.0.1',
    '::ffff:10.0.0.0/104',
  ])('can be %j', (entry) => expect(isProxyNetwork(entry)).toBe(true));

  test.each([
    // Everyone, including clients.
    '0.0.0.0/0',
    '::/0',
    // All of IPv4 (CVE-2026-92395).
    '::ffff:10.0.0.0/8',
    '::ffff:0:0/96',
    '::/1',
    '::/80',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0',
    '010.0.0.1',
    '256.0.0.1',
    '10.0.0.1:80',
    '[::1]',
    'fe80::1%eth0',
    '::1%/8',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '10.0.0.1,10.0.0.2',
    'localhost',
    'Loopback',
    'constructor',
    '',
    7,
    null,
    ['10.0.0.1'],
  ])('cannot be %j', (entry) => {
    expect(isProxyNetwork(entry)).toBe(false);
    if (typeof entry === 'string') expect(() => trustedProxies([entry])).toThrow(TypeError);
  });
});
