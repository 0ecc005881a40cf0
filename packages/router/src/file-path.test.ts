import { expect, test } from 'vitest';

import { toFilePath } from './file-path.ts';
import { toRoutePath } from './route-path.ts';

test.each([
  ['/', undefined, '/'],
  ['/users/:id', undefined, '/users/[id]'],
  ['/files/*', 'path', '/files/[...path]'],
  ['/files/*', undefined, '/files/[...*]'],
  ['/a::b/:c', undefined, '/a:b/[c]'],
  ['/:year(^\\d{4})-:month', undefined, '/[year]-[month]'],
])('%s is %s %s', (pattern, wildcard, expected) => {
  expect(toFilePath(pattern, wildcard)).toBe(expected);
});

test.each(['/users/[id]', '/[a]-[b].json', '/a:b/[...rest]'])('%s comes back', (name) => {
  const { pattern, wildcard } = toRoutePath(`${name.slice(1)}.ts`);
  expect(toFilePath(pattern, wildcard)).toBe(name);
});
