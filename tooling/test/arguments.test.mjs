import { describe, expect, it } from 'vitest';

import { vitestArguments } from './arguments.mjs';

const projects = [
  { folder: 'server', name: '@blaizejs/server', path: 'packages/server' },
  { folder: 'blaizejs', name: 'blaizejs', path: 'packages/blaizejs' },
];
const args = (/** @type {string[]} */ ...argv) => vitestArguments(argv, projects).args;
const SERVER = ['--project=server', '--coverage.include=packages/server/src/**/*.ts'];
const FAST = '--exclude=**/*.slow.test.*';
const UMBRELLA = ['--project=blaizejs', '--coverage.include=packages/blaizejs/src/**/*.ts'];

describe('vitestArguments', () => {
  it.each([
    ['nothing', [], ['run', FAST]],
    ['a folder', ['server'], ['run', FAST, ...SERVER]],
    ['a name', ['@blaizejs/server'], ['run', FAST, ...SERVER]],
    ['two packages', ['server', 'blaizejs'], ['run', FAST, ...SERVER, ...UMBRELLA]],
    ['a package and a word', ['server', 'http2'], ['run', 'http2', ...SERVER]],
    ['--filter', ['--filter=server,blaizejs'], ['run', FAST, ...SERVER, ...UMBRELLA]],
    ['--filter and its value', ['--filter', 'server'], ['run', FAST, ...SERVER]],
    ['--coverage before a package', ['--coverage', 'server'], ['run', '--coverage.enabled=true', ...SERVER]],
    ['--coverage before a word', ['--coverage', 'http2'], ['run', '--coverage.enabled=true', 'http2']],
    ['--watch', ['--watch', 'server'], ['watch', '--watch', FAST, ...SERVER]],
    ['a package that is the value of -t', ['-t', 'server'], ['run', '-t', 'server', FAST]],
    ['it, and the package', ['-t', 'server', 'server'], ['run', '-t', 'server', FAST, ...SERVER]],
    [
      'flags of vitest',
      ['--bail', '1', '--reporter=json', '-u'],
      ['run', '--bail', '1', '--reporter=json', '-u', FAST],
    ],
    ['--coverage', ['--coverage'], ['run', '--coverage.enabled=true']],
    ['--slow', ['--slow'], ['run', '.slow.test.']],
    ['--slow and a package', ['server', '--slow'], ['run', '.slow.test.', ...SERVER]],
    ['--slow and a word', ['http2', '--slow'], ['run', 'http2']],
    ['the separator of package managers', ['--', 'server'], ['run', FAST, ...SERVER]],
    [
      '--debug',
      ['--debug', 'server'],
      ['run', FAST, ...SERVER, '--inspect', '--reporter=verbose', '--no-file-parallelism'],
    ],
    [
      '--debug with an inspector and a reporter',
      ['--debug', '--inspect-brk', '--reporter=dot'],
      ['run', '--inspect-brk', '--reporter=dot', FAST, '--no-file-parallelism'],
    ],
  ])('understands %s', (_what, argv, expected) => {
    expect(args(...argv)).toEqual(expected);
  });

  it.each(['--filter=sever', '--filter='])('refuses %s and lists the packages', (word) => {
    expect(() => args(word)).toThrow(/no package .*\n {2}@blaizejs\/server\n {2}blaizejs$/);
  });

  it.each([
    [['http2'], true],
    [['-t', 'closes'], true],
    [['--testNamePattern=closes'], true],
    [['--exclude', 'x'], true],
    [['--shard=1/2'], true],
    [['--slow'], true],
    [['server'], false],
    [['--bail', '1'], false],
  ])('%j runs a part of the tests: %s', (argv, partial) => {
    expect(vitestArguments(argv, projects).partial).toBe(partial);
  });
});
