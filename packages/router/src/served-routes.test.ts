import { RouteConflictError } from '@blaizejs/errors';
import { beforeEach, expect, test } from 'vitest';

import { createRouteEntry, type RouteEntry } from './route-entry.ts';
import { RouteSet } from './route-set.ts';
import { type Candidate, ServedRoutes } from './served-routes.ts';

const source = { directory: '/app/routes', prefix: '' };
const handler = (): string => 'x';
const entry = (pattern: string, file: string): RouteEntry =>
  createRouteEntry({ method: 'GET', pattern, route: { handler }, file, origin: `in ${file}` });
const candidate = (file: string, ...patterns: string[]): Candidate => ({
  source,
  file,
  entries: patterns.map((pattern) => entry(pattern, file)),
});
/** A file that does not load. */
const broken = (file: string): Candidate => ({ source, file, entries: undefined });

let routes: RouteSet;
/** What the app says to a set of routes. */
let onChange: () => void;
let served: ServedRoutes;
const listed = (): string[] => routes.routes.map(({ pattern, file }) => `${pattern} ${String(file)}`).sort();

beforeEach(() => {
  onChange = () => undefined;
  routes = new RouteSet({ onChange: () => onChange() });
  served = new ServedRoutes(routes);
});

test('a folder is served file by file, until it is removed', () => {
  served.add(source, [candidate('a.ts', '/a'), candidate('b.ts', '/b', '/c'), broken('d.ts')]);
  expect(listed()).toEqual(['/a a.ts', '/b b.ts', '/c b.ts']);
  expect([...served.of(source).keys()]).toEqual(['a.ts', 'b.ts', 'd.ts']);
  expect(served.sources).toEqual([source]);
  served.remove(source);
  expect([listed(), served.sources]).toEqual([[], []]);
});

test('a folder that is in conflict is not served at all', () => {
  routes.add('GET', '/b', { handler });
  expect(() => served.add(source, [candidate('a.ts', '/a'), candidate('b.ts', '/b')])).toThrow(
    RouteConflictError,
  );
  expect([listed(), served.sources]).toEqual([['/b undefined'], []]);
});

test('a file that does not load keeps its routes, and one that is gone loses them', () => {
  served.add(source, [candidate('a.ts', '/a'), candidate('b.ts', '/b')]);
  const { changed, rejected } = served.replace([source], [broken('a.ts'), candidate('c.ts', '/c')]);
  expect([changed, rejected.size]).toEqual([true, 0]);
  expect(listed()).toEqual(['/a a.ts', '/c c.ts']);
});

test('what is the same as before is no change', () => {
  const files = [candidate('a.ts', '/a')];
  served.add(source, files);
  expect(served.replace([source], files).changed).toBe(false);
});

test('of two files for one path, the one that has it keeps it, wherever it stands', () => {
  const owner = candidate('b.ts', '/b');
  served.add(source, [candidate('a.ts', '/a'), owner]);
  const rival = candidate('a.ts', '/b');
  const { rejected } = served.replace([source], [rival, candidate('b.ts', '/b')]);
  expect([...rejected.keys()]).toEqual([rival]);
  expect(rejected.get(rival)).toBeInstanceOf(RouteConflictError);
  expect(listed()).toEqual(['/a a.ts', '/b b.ts']);
});

test('of two new files for one path, the first one gets it', () => {
  served.add(source, []);
  const [first, second] = [candidate('a.ts', '/x'), candidate('b.ts', '/x')];
  const { rejected } = served.replace([source], [first, second]);
  expect([...rejected.keys()]).toEqual([second]);
  expect(listed()).toEqual(['/x a.ts']);
});

test('a file that the app refuses for another reason is found among those that are new', () => {
  served.add(source, [candidate('a.ts', '/a')]);
  onChange = () => {
    if (routes.routes.some(({ pattern }) => pattern === '/refused')) throw new Error('the app refuses it');
  };
  const refused = candidate('b.ts', '/refused');
  const { rejected, changed } = served.replace(
    [source],
    [candidate('a.ts', '/a2'), refused, candidate('c.ts', '/c')],
  );
  expect([[...rejected.keys()], changed]).toEqual([[refused], true]);
  expect(listed()).toEqual(['/a2 a.ts', '/c c.ts']);
});

test('an error that no new file is to blame for is passed on', () => {
  served.add(source, [candidate('a.ts', '/a')]);
  onChange = () => {
    throw new Error('the app refuses all');
  };
  expect(() => served.replace([source], [])).toThrow('the app refuses all');
  expect(listed()).toEqual(['/a a.ts']);
});
