import { beforeEach, describe, expect, test } from 'vitest';

import { ModuleGraph } from './module-graph.ts';

const at = (name: string): string => `file:///app/${name}.ts`;
const [ENTRY, LOADER, DB, HELPER, A, B] = ['app', 'loader', 'db', 'helper', 'a', 'b'].map(at) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

let graph: ModuleGraph;

/** Imports a file as the hooks do, and returns its URL. */
const importing = (parent: string, child: string): string => graph.resolved(child, parent);

beforeEach(() => {
  graph = new ModuleGraph(ENTRY, LOADER);
  graph.link(ENTRY, 0, DB);
  graph.preloaded([ENTRY, DB]);
  graph.track([A, B]);
  importing(LOADER, A);
  importing(LOADER, B);
  importing(A, HELPER);
  importing(HELPER, DB);
  importing(B, DB);
});

test('a change renews the file and its importers, and nothing else', () => {
  graph.succeeded([A, B]);
  expect(graph.invalidate([HELPER])).toEqual({ renewed: [HELPER, A], kept: [] });
  expect(importing(LOADER, A)).toBe(`${A}?blaize=1`);
  expect(importing(`${A}?blaize=1`, HELPER)).toBe(`${HELPER}?blaize=1`);
  expect(importing(`${HELPER}?blaize=1`, DB)).toBe(DB);
  expect(importing(LOADER, B)).toBe(B);
});

test('a changed file that the app also has is reported, and the entry is never renewed', () => {
  const { renewed, kept } = graph.invalidate([DB]);
  expect([...renewed].sort()).toEqual([A, B, DB, HELPER].sort());
  expect(kept).toEqual([DB]);
  expect(graph.invalidate([ENTRY])).toEqual({ renewed: [], kept: [ENTRY] });
});

test('a file that only the app has loaded keeps its version', () => {
  graph.link(ENTRY, 0, at('plugin'));
  expect(graph.invalidate([at('plugin')])).toEqual({ renewed: [], kept: [at('plugin')] });
});

test('a file that routes no longer import is renewed when a route imports it again', () => {
  graph.invalidate([A]);
  importing(`${A}?blaize=1`, DB);
  expect(graph.files([A])).not.toContain(HELPER);
  expect(graph.invalidate([HELPER]).renewed).toContain(HELPER);
});

test('a cycle is renewed as a whole', () => {
  importing(HELPER, A);
  expect(graph.invalidate([HELPER]).renewed).toEqual([HELPER, A]);
});

test('a late import of an old instance is recorded, but not for the new instance', () => {
  graph.invalidate([A]);
  importing(`${A}?blaize=1`, DB);
  importing(A, at('late'));
  expect(graph.files([A])).toContain(at('late'));
  expect(graph.invalidate([at('late')]).renewed).toEqual([at('late')]);
});

test('it calls back when a file is imported for the first time, however late', () => {
  let told = 0;
  const growing = new ModuleGraph(ENTRY, LOADER, () => told++);
  growing.track([A]);
  growing.resolved(A, LOADER);
  growing.resolved(HELPER, A);
  expect(told).toBe(1);
  growing.succeeded([A]);
  growing.resolved(HELPER, A);
  expect(told).toBe(1);
  growing.resolved(DB, A);
  expect(told).toBe(2);
});

test('a file that does not exist yet is among the imports', () => {
  graph.unresolved({ code: 'ERR_MODULE_NOT_FOUND', url: at('missing') }, A);
  graph.unresolved(new Error('of a package'), A);
  expect(graph.files([A])).toContain(at('missing'));
  expect(graph.invalidate([at('missing')]).renewed).toEqual([at('missing'), A]);
});

test('only files that are not known to be good are suspects', () => {
  expect(graph.suspects([A])).toEqual([A, HELPER]);
  graph.succeeded([A]);
  expect(graph.suspects([A, B])).toEqual([B]);
  graph.invalidate([HELPER]);
  expect(graph.suspects([A])).toEqual([A, HELPER]);
});

describe('the files of the project', () => {
  test.each([
    ['node:fs', false],
    ['data:text/javascript,1', false],
    ['file:///app/lib/x.ts', true],
    ['file:///app/node_modules/x/index.js', false],
    ['file:///up/node_modules/mine/lib/x.ts', true],
    ['file:///up/node_modules/@my/own/lib/x.ts', true],
    ['file:///up/node_modules/mine/node_modules/x/index.js', false],
    ['file:///up/node_modules/x/index.js', false],
  ])('%s: %s', (url, expected) => {
    graph.track(['file:///up/node_modules/mine/routes/a.ts', 'file:///up/node_modules/@my/own/routes/a.ts']);
    expect(graph.isProject(url)).toBe(expected);
    if (!expected) expect(graph.resolved(url, A)).toBe(url);
  });
});
