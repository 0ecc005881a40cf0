import path from 'node:path';

import { afterEach, expect, test, vi } from 'vitest';

import { AcmeStore } from './store.ts';

const AUTHORITY = 'https://acme.example/directory';

/** The directory of all authorities. */
const rootOf = (directory?: string): string =>
  path.dirname(new AcmeStore(directory, AUTHORITY, ['example.org']).directory);

afterEach(() => vi.unstubAllEnvs());

test('certificates are stored in .blaize/acme, unless systemd names a directory', () => {
  vi.stubEnv('STATE_DIRECTORY', undefined);
  expect(rootOf()).toBe(path.resolve('.blaize/acme'));
  vi.stubEnv('STATE_DIRECTORY', '');
  expect(rootOf()).toBe(path.resolve('.blaize/acme'));
  vi.stubEnv('STATE_DIRECTORY', '/var/lib/app');
  expect(rootOf()).toBe(path.resolve('/var/lib/app/acme'));
});

test('the first of several state directories is used, and the option before all of them', () => {
  vi.stubEnv('STATE_DIRECTORY', '/var/lib/app:/var/lib/other');
  expect(rootOf()).toBe(path.resolve('/var/lib/app/acme'));
  expect(rootOf('/srv/certificates')).toBe(path.resolve('/srv/certificates'));
});
