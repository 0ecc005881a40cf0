import path from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readUrlPath, segmentsAreSafe } from './file-path.ts';

const rules = { wellKnown: true, platform: 'linux' } as const;

test('each segment is decoded once', () => {
  expect(readUrlPath('/a%20b/%2541/', rules)).toEqual(['a b', '%41', '']);
  expect(readUrlPath('/', rules)).toEqual(['']);
});

test('what it returns never leaves the folder, however it was encoded', () => {
  const piece = fc.constantFrom(
    ...['.', '..', '/', '\\', '%2e', '%2E', '%2f', '%5c', '%00', '%25', '%c0%ae', 'a', '%', ':', '~', ' '],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      for (const [module, platform] of [
        [path.posix, 'linux'],
        [path.win32, 'win32'],
      ] as const) {
        const segments = readUrlPath(`/${pieces.join('')}`, { wellKnown: true, platform });
        if (!segments) continue;
        const root = module.resolve('/root');
        const resolved = module.resolve(root, ...segments);
        expect(resolved.startsWith(root)).toBe(true);
        expect(module.relative(root, resolved).split(module.sep)).not.toContain('..');
      }
    }),
    { numRuns: 2000 },
  );
});

describe('Windows', () => {
  test.each([
    'CON',
    'con.txt',
    'Aux.tar.gz',
    'nul',
    'COM1.js',
    'lpt9',
    'lpt³.txt',
    'conin$',
    'a.txt:stream',
    'a.txt::$DATA',
    'C:',
    'a.txt.',
    'a.txt ',
    'GIT~1',
    'a*',
    'a?',
    'a|b',
    'a"b',
    'a<b',
  ])('%j means something else there', (name) => {
    expect(segmentsAreSafe([name], { wellKnown: false, platform: 'win32' })).toBe(false);
    expect(segmentsAreSafe(['folder', name], { wellKnown: false, platform: 'win32' })).toBe(false);
  });

  test.each(['console.js', 'auxiliary.css', 'com10.txt', 'nullable', 'a~b', 'com'])('%j does not', (name) => {
    expect(segmentsAreSafe([name], { wellKnown: false, platform: 'win32' })).toBe(true);
  });
});
