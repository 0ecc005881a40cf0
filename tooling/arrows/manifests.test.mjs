import { describe, expect, it } from 'vitest';

import { importedBy, problemsOf } from './manifests.mjs';
import { ARROWS } from './table.mjs';

/** @param {Record<string, string>} dependencies @param {object} [more] */
const router = (dependencies, more) => ({
  name: '@blaizejs/router',
  version: '0.0.0',
  dependencies,
  ...more,
});
const all = new Set(['@blaizejs/types', '@blaizejs/server', 'blaizejs', 'chokidar']);

describe('problemsOf', () => {
  it('accepts what the table allows', () => {
    expect(
      problemsOf('router', router({ '@blaizejs/types': 'workspace:^', chokidar: '^5.0.0' }), all),
    ).toEqual([]);
  });

  it.each([
    [
      'an arrow that is not there',
      router({ '@blaizejs/server': 'workspace:^' }),
      'may not depend on @blaizejs/server',
    ],
    ['the umbrella', router({ blaizejs: 'workspace:^' }), 'may not depend on blaizejs'],
    [
      'an arrow in devDependencies',
      router({}, { devDependencies: { '@blaizejs/server': 'workspace:^' } }),
      'may not depend on',
    ],
    ['an exact range', router({ '@blaizejs/types': 'workspace:*' }), '"workspace:*", not as "workspace:^"'],
    ['an internal peer', router({}, { peerDependencies: { '@blaizejs/types': 'workspace:^' } }), 'as a peer'],
    [
      'a dependency without an import',
      router({ zod: '^4.0.0' }),
      'lists zod, which its sources never import',
    ],
  ])('refuses %s', (_what, manifest, message) => {
    expect(problemsOf('router', manifest, all)).toEqual([expect.stringContaining(message)]);
  });

  it('lets a package that makes apps name what these get, and nothing more', () => {
    const maker = { name: 'create-blaizejs', version: '0.0.0' };
    const forApps = { blaizejs: 'workspace:^' };
    expect(problemsOf('create-blaizejs', { ...maker, devDependencies: forApps }, all)).toEqual([]);
    expect(problemsOf('create-blaizejs', { ...maker, dependencies: forApps }, all)).toEqual([
      'create-blaizejs may not depend on blaizejs.',
    ]);
  });

  it('refuses a package that the table does not know', () => {
    expect(problemsOf('sever', { name: '@blaizejs/sever', version: '0.0.0' }, all)).toEqual([
      '@blaizejs/sever is not in tooling/arrows/table.mjs.',
    ]);
  });
});

describe('importedBy', () => {
  it('finds every form of import and no relative one', () => {
    const text = `
      import zod from 'zod/v4';
      import type { A } from "@blaizejs/types";
      import 'side-effect';
      export * from 'reexported';
      const lazy = await import( 'lazy' );
      type T = import('typed').T;
      import { x } from './own.ts';`;
    expect(importedBy(text)).toEqual([
      'zod',
      '@blaizejs/types',
      'side-effect',
      'reexported',
      'lazy',
      'typed',
    ]);
  });
});

describe('ARROWS', () => {
  it('has no cycle: a package imports only packages above it', () => {
    const order = Object.keys(ARROWS);
    for (const [folder, targets] of Object.entries(ARROWS)) {
      for (const target of targets) expect(order.indexOf(target)).toBeLessThan(order.indexOf(folder));
    }
  });
});
