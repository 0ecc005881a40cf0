import { describe, expect, it } from 'vitest';

import { parseOptions, UsageError } from './options.mjs';

const names = (/** @type {readonly { name: string }[]} */ list) => list.map(({ name }) => name);

describe('parseOptions', () => {
  it('measures everything and writes the results by default', () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ only: [], protocols: ['h1', 'h2'], startUp: true, write: true });
    expect(options.nodes).toEqual([process.execPath]);
    expect(names(options.cases)).toContain('stream');
  });

  it.each([['--quick'], ['--only', 'fastify'], ['--case', 'json'], ['--protocol', 'h2']])(
    'does not write partial results: %s %s',
    (...args) => {
      expect(parseOptions(args).write).toBe(false);
      expect(parseOptions([...args, '--write']).write).toBe(true);
    },
  );

  it('accepts lists, and several binaries', () => {
    const args = ['--only', 'blaize,raw', '--case', 'json,start-up', '--node', 'a', '--node', 'b'];
    const options = parseOptions(args);
    expect(options).toMatchObject({ only: ['blaize', 'raw'], startUp: true, nodes: ['a', 'b'] });
    expect(names(options.cases)).toEqual(['json']);
  });

  it.each([
    ['--only', 'sails'],
    ['--case', 'xml'],
    ['--protocol', 'h3'],
    ['--rounds', '0'],
    ['--seconds', 'ten'],
    ['--fast'],
  ])('refuses what it does not know: %s %s', (...args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});
