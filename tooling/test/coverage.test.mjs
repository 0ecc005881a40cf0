import { describe, expect, it } from 'vitest';

import { perPackage, table } from './coverage.mjs';

const lines = (/** @type {number} */ covered, /** @type {number} */ total) => ({ lines: { covered, total } });

describe('perPackage', () => {
  it('adds up the files of a package and leaves out what has no lines', () => {
    const rows = perPackage({
      total: lines(1, 1),
      '/repo/packages/server/src/a.ts': lines(10, 10),
      '/repo/packages/server/src/adapters/b.ts': lines(8, 10),
      '/repo/packages/types/src/index.ts': lines(0, 0),
      '/repo/packages/errors/src/index.ts': lines(17, 20),
    });
    expect(rows).toEqual([
      { package: 'errors', lines: 20, covered: 17, percent: 85, enough: false },
      { package: 'server', lines: 20, covered: 18, percent: 90, enough: true },
    ]);
  });
});

describe('table', () => {
  it('marks the packages that fall short', () => {
    const rows = perPackage({
      '/repo/packages/errors/src/index.ts': lines(17, 20),
      '/repo/packages/server/src/a.ts': lines(10, 10),
    });
    expect(table(rows)).toMatch(/errors +85\.0 % {2}17\/20 lines {2}below 90 %\n {2}server +100\.0 %/);
  });

  it('says so when nothing was measured', () => {
    expect(table([])).toContain('no runtime code');
  });
});
