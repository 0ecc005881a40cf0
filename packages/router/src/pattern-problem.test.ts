import fc from 'fast-check';
import { expect, test } from 'vitest';

import { matchIn } from '../test/match.ts';
import { patternProblem } from './pattern-problem.ts';
import { RouteTable } from './route-table.ts';

test.each([
  ['/a?x=1', 'a query'],
  ['/search?', 'only a parameter at the end can be optional'],
  ['/ab?cd', 'only a parameter at the end can be optional'],
  ['/:year?/:month', 'only a parameter at the end can be optional'],
  ['/:id(\\d+)?', 'only a parameter at the end can be optional'],
  ['/users(/:id)?', 'only a parameter at the end can be optional'],
  ['/users{/:id}', 'optional groups are not supported. Add one route for each path'],
  ['/{*splat}', 'optional groups are not supported'],
  ['/users/{id}', 'has {id}; write :id for a parameter'],
  ['/users/[id]', 'has [id], which is for file names; write :id for a parameter'],
  ['/files/[...path]', 'has [...path], which is for file names; write * for the rest of the path'],
  ['/users/<int:id>', 'has <int:id>; write :id for a parameter'],
  ['/a#b', 'has a "#"; clients send no fragment'],
  ['/a\\b', 'has a "\\"; write "/"'],
  ['//', 'has an empty segment ("//"); write one "/"'],
  ['/a//b', 'has an empty segment'],
  ['/a/../b', 'has the segment ".."; requests with one are refused'],
  ['/./a', 'has the segment "."'],
  ['/caf%C3%A9', 'paths are compared decoded: write "é"'],
  ['/a%20b', 'paths are compared decoded: write " "'],
  ['/a%ff', 'paths are compared decoded: write the character itself'],
  ['/users ', 'has white space at its start or end'],
  ['/a\nb', 'has a character that no URL can have'],
  ['/\ud800', 'has a character that no URL can have'],
  ['/:path*', 'has :path*; a parameter is one segment. Write * for the rest of the path, as in /files/*'],
  ['/:path+', 'has :path+; a parameter is one segment'],
  ['/*splat', 'a wildcard comes last and has no name, as in /files/*'],
  ['/*/b', 'a wildcard comes last and has no name'],
  ['/:id/:id', 'has the parameter "id" twice, and only the last value would be kept; rename one'],
  ['/:id-:id', 'has the parameter "id" twice'],
  ['/:id(^\\d+)/:id?', 'has the parameter "id" twice'],
  ['/:', 'has a parameter without a name; write "::" for a colon'],
  ['/a:/b', 'has a parameter without a name'],
  ['/:::id*', 'has the parameter "id*"'],
  ['/:1st', 'has the parameter "1st"; names are letters, digits, _ and $'],
  ['/:größe', 'has the parameter "größe"'],
])('%j %s', (pattern, problem) => {
  expect(`has ${patternProblem(pattern)}`).toContain(problem);
});

test.each([
  ['/', '/'],
  ['/users/:id', '/users/1'],
  ['/users/:id?', '/users'],
  ['/files/*', '/files/a/b'],
  ['/static*', '/static-a'],
  ['/:id(^\\d{2,}\\?$)', '/12?'.replace('?', '%3F')],
  ['/:from-:to', '/a-b'],
  ['/:name.json', '/a.json'],
  ['/a::b', '/a:b'],
  ['/Users(1)', '/Users(1)'],
  ['/a b', '/a%20b'],
  ['/Grüße', '/Gr%C3%BC%C3%9Fe'],
  ['/100%', '/100%25'],
  ['/a[0', '/a[0'],
  ['/v1/', '/v1/'],
  ['/a::b+', '/a:b+'],
  ['/..a/.b', '/..a/.b'],
])('%s is a pattern that %s matches', (pattern, target) => {
  expect(patternProblem(pattern)).toBeUndefined();
  const table = new RouteTable<string>();
  table.add('GET', pattern, 'it');
  expect(matchIn(table, 'GET', target)?.entry).toBe('it');
});

test('a valid path without parameters matches itself, encoded', () => {
  const segment = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('ab%2fF.?#{}[]<>\\ ()+&=;@!$,~|^`"')),
      fc.string({ unit: 'grapheme', maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), (segments) => {
      const path = `/${segments.join('/')}`;
      // A single colon is written as two.
      const pattern = path.replaceAll(':', '::');
      fc.pre(!/[*]/.test(path) && patternProblem(pattern) === undefined);
      const table = new RouteTable<string>();
      table.add('GET', pattern, 'it');
      const target = encodeURI(path);
      expect(matchIn(table, 'GET', target)?.entry).toBe('it');
    }),
    { numRuns: 300 },
  );
});
