import { CertificateError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { ServerNames, serverName } from './server-names.ts';

const names = new ServerNames(
  new Map([
    ['example.org', 'apex'],
    ['*.example.org', 'wildcard'],
    ['www.example.org', 'exact'],
    ['localhost', 'single label'],
  ]),
);

test.each([
  ['example.org', 'apex'],
  ['www.example.org', 'exact'],
  ['WWW.Example.ORG', 'exact'],
  ['www.example.org.', 'exact'],
  ['api.example.org', 'wildcard'],
  ['API.EXAMPLE.ORG.', 'wildcard'],
  ['localhost', 'single label'],
  ['a.b.example.org', undefined],
  ['.example.org', undefined],
  ['example.com', undefined],
  ['org', undefined],
  ['', undefined],
  ['.', undefined],
  ['__proto__', undefined],
  ['www.example.org..', undefined],
  ['a'.repeat(70_000), undefined],
])('finds for "%.30s": %s', (name, value) => {
  expect(names.find(name)).toBe(value);
});

test.each([
  ['Example.ORG.', 'example.org'],
  ['*.Example.org', '*.example.org'],
  ['*.bücher.test', '*.xn--bcher-kva.test'],
  ['localhost', 'localhost'],
])('"%s" is looked up as "%s"', (given, name) => {
  expect(serverName(given)).toBe(name);
});

test.each([
  ['192.168.1.20', 'is an IP address'],
  ['::1', 'is an IP address'],
  ['*.1.2.3.4', 'is an IP address'],
  ['0x7f.1', 'is an IP address'],
  ['*.org', 'covers a top-level domain'],
  ['*', 'neither a host name'],
  ['*.', 'neither a host name'],
  ['', 'neither a host name'],
  ['a.*.org', 'neither a host name'],
  ['*.*.org', 'neither a host name'],
  ['w*.example.org', 'neither a host name'],
  ['example.org:443', 'neither a host name'],
  ['https://example.org', 'neither a host name'],
  ['exa mple.org', 'neither a host name'],
])('"%s" is refused', (given, message) => {
  expect(() => serverName(given)).toThrow(CertificateError);
  expect(() => serverName(given)).toThrow(message);
});
