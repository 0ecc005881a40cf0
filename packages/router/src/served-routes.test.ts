import { expect, test } from 'vitest';

import type { RouteDirectory } from './find-route-files.ts';
import { createRouteEntry, type RouteEntry } from './route-entry.ts';
import { RouteSet } from './route-set.ts';
import { type Candidate, ServedRoutes } from './served-routes.ts';

const source: RouteDirectory = { directory: '/app/routes', prefix: '' };

function entry(pattern: string): RouteEntry {
  return createRouteEntry({ method: 'GET', pattern, route: { handler: () => 'x' } });
}

function candidate(file: string, ...patterns: string[]): Candidate {
  return { source, file, entries: patterns.map(entry) };
}

function serving(...candidates: Candidate[]): { served: ServedRoutes; patterns: () => string[] } {
  const routes = new RouteSet();
  const served = new ServedRoutes(routes);
  served.add(source, candidates);
  return { served, patterns: () => routes.routes.map(({ pattern }) => pattern) };
}

test('a file that did not load keeps its routes, one that is gone loses them', () => {
  const { served, patterns } = serving(candidate('a.ts', '/a'), candidate('b.ts', '/b'));
  const broken = { source, file: 'a.ts', entries: undefined };
  expect(served.replace([source], [broken])).toEqual({ changed: true, rejected: new Map() });
  expect(patterns()).toEqual(['/a']);
  expect(served.replace([source], [broken]).changed).toBe(false);
});

test('of two files for one path, the file that serves it keeps it', () => {
  const first = candidate('a.ts', '/a');
  const { served, patterns } = serving(first, candidate('b.ts', '/b'));
  const newcomer = candidate('b.ts', '/a', '/c');
  const { rejected } = served.replace([source], [{ ...first, entries: [entry('/a')] }, newcomer]);
  expect([...rejected.keys()]).toEqual([newcomer]);
  expect(patterns()).toEqual(['/a', '/b']);
});

test('of two new files for one path, the first is served', () => {
  const { served, patterns } = serving();
  const { rejected } = served.replace([source], [candidate('a.ts', '/a'), candidate('b.ts', '/a')]);
  expect([...rejected.keys()].map(({ file }) => file)).toEqual(['b.ts']);
  expect(patterns()).toEqual(['/a']);
});

test('an entry that the app refuses is found among others, which are served', () => {
  const routes = new RouteSet({
    onChange: () => {
      if (routes.routes.some(({ pattern }) => pattern === '/odd')) throw new Error('odd');
    },
  });
  const served = new ServedRoutes(routes);
  served.add(source, []);
  const candidates = [candidate('a.ts', '/a'), candidate('odd.ts', '/odd'), candidate('b.ts', '/b')];
  const { rejected } = served.replace([source], candidates);
  expect([...rejected].map(([{ file }, error]) => [file, (error as Error).message])).toEqual([
    ['odd.ts', 'odd'],
  ]);
  expect(routes.routes.map(({ pattern }) => pattern)).toEqual(['/a', '/b']);
});

test('a folder that was removed meanwhile stays removed', () => {
  const { served, patterns } = serving(candidate('a.ts', '/a'));
  served.remove(source);
  expect(served.replace([source], [candidate('a.ts', '/a')]).changed).toBe(false);
  expect(patterns()).toEqual([]);
});
