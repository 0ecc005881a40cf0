import { describe, expect, it } from 'vitest';

import { translate, UsageError } from './translate.mjs';

const projects = [
  { folder: 'server', name: '@blaizejs/server', path: 'packages/server' },
  { folder: 'blaizejs', name: 'blaizejs', path: 'packages/blaizejs' },
  { folder: 'bookmarks', name: '@blaizejs/bookmarks', path: 'apps/bookmarks' },
];
const args = (/** @type {string[]} */ ...argv) => translate(argv, projects).args;

describe('translate', () => {
  it('runs everything once when nothing is asked for', () => {
    expect(translate([], projects)).toEqual({
      args: ['run'],
      watch: false,
      debug: false,
      coverage: false,
      partial: false,
    });
  });

  it.each(['server', '@blaizejs/server'])('selects a project by %s', (word) => {
    expect(args(word)).toEqual(['run', '--project=server']);
  });

  it('selects several projects', () => {
    expect(args('server', 'bookmarks')).toEqual(['run', '--project=server', '--project=bookmarks']);
  });

  it('hands any other word to vitest as a file filter', () => {
    expect(args('server', 'http2')).toEqual(['run', '--project=server', 'http2']);
  });

  it.each([[['--filter=blaizejs']], [['--filter', 'blaizejs']]])('understands %j', (argv) => {
    expect(args(...argv)).toEqual(['run', '--project=blaizejs']);
  });

  it('takes several packages in one --filter', () => {
    expect(args('--filter=server,blaizejs')).toEqual(['run', '--project=server', '--project=blaizejs']);
  });

  it.each([[['--filter=sever']], [['--filter']], [['--filter=']]])(
    'refuses %j and lists the known',
    (argv) => {
      expect(() => args(...argv)).toThrow(UsageError);
      expect(() => args(...argv)).toThrow(/@blaizejs\/server\n.*blaizejs\n/);
    },
  );

  it('limits coverage to the selected packages', () => {
    expect(args('--coverage', '--filter=blaizejs')).toEqual([
      'run',
      '--project=blaizejs',
      '--coverage.enabled=true',
      '--coverage.include=packages/blaizejs/src/**/*.ts',
    ]);
  });

  it('keeps a file filter from becoming the value of --coverage', () => {
    expect(args('--coverage', 'http2')).toEqual(['run', '--coverage.enabled=true', 'http2']);
  });

  it('watches', () => {
    expect(args('--watch', 'server')).toEqual(['watch', '--project=server']);
  });

  it('debugs without waiting for a debugger', () => {
    expect(args('server', '--debug')).toEqual([
      'run',
      '--project=server',
      '--inspect',
      '--no-file-parallelism',
      '--reporter=verbose',
    ]);
  });

  it('leaves the choice of inspector and reporter to the caller', () => {
    expect(args('--debug', '--inspect-brk', '--reporter=dot')).toEqual([
      'run',
      '--no-file-parallelism',
      '--inspect-brk',
      '--reporter=dot',
    ]);
  });

  it.each([['-t'], ['--testNamePattern'], ['--test-name-pattern'], ['--exclude']])(
    'does not take the value of %s for a package',
    (flag) => {
      expect(args(flag, 'server')).toEqual(['run', flag, 'server']);
    },
  );

  it('passes other flags on untouched, in their order', () => {
    const flags = ['--bail', '1', '--reporter=json', '--outputFile.json=out.json', '-u'];
    expect(args(...flags)).toEqual(['run', ...flags]);
  });

  it('drops the separator that package managers need', () => {
    expect(args('--', 'server')).toEqual(['run', '--project=server']);
  });

  it.each([
    [['http2'], true],
    [['-t', 'closes'], true],
    [['--testNamePattern=closes'], true],
    [['server'], false],
    [['--bail', '1'], false],
    [['--reporter', 'json'], false],
  ])('%j runs a part of the tests: %s', (argv, partial) => {
    expect(translate(argv, projects).partial).toBe(partial);
  });
});
