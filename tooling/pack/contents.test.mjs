import { describe, expect, it } from 'vitest';

import { problemsOf, specifiersOf } from './contents.mjs';

const manifest = {
  name: '@blaizejs/router',
  version: '1.0.0',
  dependencies: { '@blaizejs/types': '^1.0.0' },
  exports: {
    '.': { '@blaizejs/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './match': { default: './dist/match.js' },
    './package.json': './package.json',
  },
};
const contents = [
  'dist/index.d.ts',
  'dist/index.js',
  'dist/match.js',
  'src/index.ts',
  'package.json',
  'LICENSE',
  'README.md',
];

describe('problemsOf', () => {
  it('accepts a complete package', () => {
    expect(problemsOf(manifest, contents)).toEqual([]);
  });

  it.each(contents)('misses %s', (path) => {
    const rest = contents.filter((other) => other !== path);
    expect(problemsOf(manifest, rest)).toEqual([expect.stringContaining(path)]);
  });

  it.each(['src/a.test.ts', 'src/a.test-d.ts', 'test/http.ts', 'dist/a.test.js'])('refuses %s', (path) => {
    expect(problemsOf(manifest, [...contents, path])).toEqual([`${path} is a test`]);
  });

  it('does not treat every path with "test" in it as a test', () => {
    expect(problemsOf(manifest, [...contents, 'src/testing.ts', 'dist/test-server.js'])).toEqual([]);
  });

  it('lets a template have tests', () => {
    expect(problemsOf(manifest, [...contents, 'templates/api/test/health.test.ts'])).toEqual([]);
  });

  it.each(['dependencies', 'peerDependencies', 'devDependencies', 'optionalDependencies'])(
    'refuses a workspace range in %s',
    (field) => {
      const broken = { ...manifest, [field]: { '@blaizejs/errors': 'workspace:^' } };
      expect(problemsOf(broken, contents)).toEqual(['@blaizejs/errors still has the range "workspace:^"']);
    },
  );
});

describe('specifiersOf', () => {
  it('lists every subpath that is a module', () => {
    expect(specifiersOf(manifest)).toEqual(['@blaizejs/router', '@blaizejs/router/match']);
  });
});
