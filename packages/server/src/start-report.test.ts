import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

import { expect, onTestFinished, test, vi } from 'vitest';

import { ownVersion, reachableAt } from './start-report.ts';

const at = (host: string, address: string) => reachableAt({ scheme: 'https', host, address, port: 3000 });

test.each([
  ['localhost', '127.0.0.1', 'https://localhost:3000'],
  ['localhost', '::1', 'https://localhost:3000'],
  ['127.0.0.2', '127.0.0.2', 'https://127.0.0.2:3000'],
  ['::1', '::1', 'https://[::1]:3000'],
  ['app.localhost', '127.0.0.1', 'https://app.localhost:3000'],
])('%s is reachable only from this machine', (host, address, url) => {
  expect(at(host, address)).toEqual({ local: [url], network: [] });
});

test('a network address is reachable from this machine and from others', () => {
  expect(at('192.0.2.7', '192.0.2.7')).toEqual({
    local: ['https://192.0.2.7:3000'],
    network: ['https://192.0.2.7:3000'],
  });
});

test('a wildcard address stands for localhost, and for each address that others can reach', () => {
  const address = (family: 'IPv4' | 'IPv6', text: string, internal = false) =>
    ({ family, address: text, internal }) as NonNullable<
      ReturnType<typeof os.networkInterfaces>[string]
    >[number];
  const interfaces = vi.spyOn(os, 'networkInterfaces').mockReturnValue({
    lo: [address('IPv4', '127.0.0.1', true), address('IPv6', '::1', true)],
    eth0: [address('IPv4', '192.0.2.7'), address('IPv6', '2001:db8::7'), address('IPv6', 'fe80::7')],
    none: undefined,
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    interfaces.mockRestore();
    syncBuiltinESMExports();
  });
  const local = ['https://localhost:3000'];
  expect(at('0.0.0.0', '0.0.0.0')).toEqual({ local, network: ['https://192.0.2.7:3000'] });
  expect(at('::', '::')).toEqual({
    local,
    network: ['https://192.0.2.7:3000', 'https://[2001:db8::7]:3000'],
  });
});

test("the version is the package's", () => {
  expect(ownVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
