import { describe, expect, it } from 'vitest';

import { changed, lockedVersions, movedWith, telling } from './versions.mjs';

const manifest = (/** @type {string} */ name, /** @type {string[]} */ ...dependencies) => ({
  name,
  version: '0.1.0',
  dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, 'workspace:^'])),
});
const manifests = [
  manifest('errors'),
  manifest('router', 'errors'),
  manifest('ssl', 'errors'),
  manifest('server', 'router', 'ssl', 'zod'),
  manifest('testing', 'server'),
  manifest('app', 'server', 'testing'),
];

describe('movedWith', () => {
  it('has all direct and indirect dependents, and no others', () => {
    expect(movedWith(manifests, 'ssl')).toEqual(new Set(['ssl', 'server', 'testing', 'app']));
    expect(movedWith(manifests, 'app')).toEqual(new Set(['app']));
  });
});

describe('telling', () => {
  it('names a package on which few others depend, but more than those that name it', () => {
    expect(telling(manifests)).toBe('router');
  });

  it('throws if there is none', () => {
    expect(() => telling([manifest('a'), manifest('b', 'a')])).toThrow('There is no package');
  });
});

describe('lockedVersions', () => {
  it('reads the lockfile of npm', () => {
    const packages = {
      '': { version: '0.0.0' },
      'node_modules/@blaizejs/ssl': { version: '0.1.0' },
      'node_modules/pino': { version: '10.4.0' },
      'node_modules/koa/node_modules/pino': { version: '9.0.0' },
    };
    expect(lockedVersions(JSON.stringify({ lockfileVersion: 3, packages }))).toEqual({
      '@blaizejs/ssl': ['0.1.0'],
      pino: ['10.4.0', '9.0.0'],
    });
  });

  it('reads the lockfile of pnpm', () => {
    const lockfile = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      pino:
        specifier: ^10.4.0
        version: 10.4.0

packages:

  '@blaizejs/ssl@0.1.0':
    resolution: {integrity: sha512-x}
    engines: {node: '>=20.19'}

  pino@10.4.0:
    resolution: {integrity: sha512-x}

  pino@9.0.0:
    resolution: {integrity: sha512-x}

snapshots:

  zod@4.6.7: {}
`;
    expect(lockedVersions(lockfile)).toEqual({ '@blaizejs/ssl': ['0.1.0'], pino: ['10.4.0', '9.0.0'] });
  });
});

describe('changed', () => {
  it('lists packages that are new, removed, or have another version', () => {
    const before = { a: ['1'], b: ['1'], c: ['1', '2'], d: ['1'] };
    const after = { a: ['1'], b: ['2'], c: ['1'], e: ['1'] };
    expect(changed(before, after)).toEqual(['b', 'c', 'd', 'e']);
  });
});
