import { describe, expect, it } from 'vitest';

import { vitestArguments } from './arguments.mjs';

const projects = [
  { folder: 'server', name: '@blaizejs/server', path: 'packages/server' },
  { folder: 'blaizejs', name: 'blaizejs', path: 'packages/blaizejs' },
];
const args = (/** @type {string[]} */ ...argv) => vitestArguments(argv, projects).args;
const SERVER = ['--project=server', '--coverage.include=packages/server/src/**/*.ts'];
const UMBRELLA = ['--project=blaizejs', '--coverage.include=packages/blaizejs/src/**/*.ts'];

describe('vitestArguments', () => {
  it.each([
    ['nothing', [], ['run']],
    ['a folder', ['server'], ['run', ...SERVER]],
    ['a name', ['@blaizejs/server'], ['run', ...SERVER]],
    ['two packages', ['server', 'blaizejs'], ['run', ...SERVER, ...UMBRELLA]],
    ['a package and a word', ['server', 'http2'], ['run', 'http2', ...SERVER]],
    ['--filter', ['--filter=server,blaizejs'], ['run', ...SERVER, ...UMBRELLA]],
    ['--filter and its value', ['--filter', 'server'], ['run', ...SERVER]],
    ['--coverage before a package', ['--coverage', 'server'], ['run', '--coverage.enabled=true', ...SERVER]],
    ['--coverage before a word', ['--coverage', 'http2'], ['run', '--coverage.enabled=true', 'http2']],
    ['--watch', ['--watch', 'server'], ['watch', '--watch', ...SERVER]],
    ['a package that is the value of -t', ['-t', 'server'], ['run', '-t', 'server']],
    ['it, and the package', ['-t', 'server', 'server'], ['run', '-t', 'server', ...SERVER]],
    [
      'flags of vitest',
      ['--bail', '1', '--reporter=json', '-u'],
      ['run', '--bail', '1', '--reporter=json', '-u'],
    ],
    ['the separator of package managers', ['--', 'server'], ['run', ...SERVER]],
    [
      '--debug',
      ['--debug', 'server'],
      ['run', ...SERVER, '--inspect', '--reporter=verbose', '--no-file-parallelism'],
    ],
    [
      '--debug with an inspector and a reporter',
      ['--debug', '--inspect-brk', '--reporter=dot'],
      ['run', '--inspect-brk', '--reporter=dot', '--no-file-parallelism'],
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
    [['server'], false],
    [['--bail', '1'], false],
  ])('%j runs a part of the tests: %s', (argv, partial) => {
    expect(vitestArguments(argv, projects).partial).toBe(partial);
  });
});
