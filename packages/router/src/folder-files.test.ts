import path from 'node:path';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { findFolderFiles, findRouteFiles } from './find-route-files.ts';
import { provideRouteModules } from './provided-modules.ts';
import { RouteFiles } from './route-files.ts';
import { RouteSet } from './route-set.ts';

const GET = 'export const GET = () => "x";\n';
const middleware = (name: string): string => `export default { name: '${name}', onRequest() {} };\n`;

async function load(
  files: Readonly<Record<string, string>>,
  { prefix, routes = new RouteSet() }: { prefix?: string; routes?: RouteSet } = {},
): Promise<RouteSet> {
  await new RouteFiles(routes).add(await temporaryFolder(files), { prefix });
  return routes;
}

/** The middleware of each route, by its path. */
const namesIn = ({ routes }: RouteSet): Record<string, string> =>
  Object.fromEntries(routes.map(({ pattern, middleware }) => [pattern, middleware.join(' ')]));

/** Which `_404` file answers a path. */
function answering(routes: RouteSet, target: string): string | undefined {
  const found = routes
    .notFoundTable(({ origin }) => path.basename(path.dirname(origin)))
    ?.find('GET', target);
  return found && !found.refusal ? found.entry : undefined;
}

test('middleware of a folder is that of all routes at and below it, with and without a prefix', async () => {
  const files = {
    '_middleware.mjs': middleware('all'),
    'index.mjs': GET,
    'a/_middleware.mjs': 'export default [function one() {}, { name: "two", onSend() {} }];\n',
    'a/index.mjs': GET,
    'a/[id]/deep.mjs': 'export const GET = { middleware: [function own() {}], handler: () => "x" };\n',
    'ab.mjs': GET,
    '(group)/_middleware.mjs': middleware('group'),
    '(group)/c.mjs': GET,
  };
  expect(namesIn(await load(files))).toEqual({
    '/': 'all',
    '/a': 'all one two',
    '/a/:id/deep': 'all one two own',
    '/ab': 'all',
    '/c': 'all group',
  });
  expect(namesIn(await load(files, { prefix: '/v2' }))).toMatchObject({ '/v2/a': 'all one two' });
});

test('the folder files of one folder of routes are not those of another', async () => {
  const routes = await load({ '_middleware.mjs': middleware('first'), 'a.mjs': GET });
  await load({ 'b.mjs': GET }, { routes });
  expect(namesIn(routes)).toEqual({ '/a': 'first', '/b': '' });
});

test('the _404 of the deepest folder answers', async () => {
  const files = {
    'shop/_404.mjs': 'export default () => 1;',
    'shop/[id]/_404.mjs': 'export default () => 1;',
    'shop/[id]/parts/_404.mjs': 'export default () => 1;',
    'index.mjs': GET,
  };
  const routes = await load(files);
  expect(answering(routes, '/')).toBeUndefined();
  expect(answering(routes, '/shopping')).toBeUndefined();
  expect(answering(routes, '/shop')).toBe('shop');
  expect(answering(routes, '/shop/7')).toBe('[id]');
  expect(answering(routes, `/shop/7/${'a'.repeat(3_000)}`)).toBe('[id]');
  expect(answering(routes, '/shop/7/parts/8?x')).toBe('parts');
  const below = await load({ ...files, '_404.mjs': 'export default () => 1;' }, { prefix: '/eu' });
  expect(answering(below, '/eu/shop/7')).toBe('[id]');
  expect(answering(below, '/eu')).toBeDefined();
  expect(answering(below, '/')).toBeUndefined();
});

test('two _404 files for one path are a conflict, which names both', async () => {
  const adding = load({
    '(a)/_404.mjs': 'export default () => 1;',
    '(b)/_404.mjs': 'export default () => 2;',
  });
  await expect(adding).rejects.toMatchObject({
    code: 'ERR_BLAIZE_ROUTE_CONFLICT',
    message: expect.stringMatching(
      /^Two _404 files for \/: one in .*\(a\)\/_404\.mjs, one in .*\(b\)\/_404\.mjs\. Remove one of them\.$/,
    ) as string,
  });
});

test('two files of a kind in one folder are an error', async () => {
  await expect(load({ '_error.js': 'export default () => 1;', '_error.mjs': '' })).rejects.toThrow(
    /_error\.mjs: _error\.js is in the same folder\. Remove one of them\.$/,
  );
});

const REFUSED: [string, string, RegExp][] = [
  [
    '_middleware.mjs',
    'export const GET = 1;',
    /it has no default export; it exports only GET\. Export a middleware/,
  ],
  [
    '_middleware.mjs',
    'export default [[]];',
    /1 problem:\n {2}- middleware\[0\]: expected .*, received a list\. Spread it/,
  ],
  ['_middleware.mjs', 'export default { onSned() {} };', /middleware: expected .*Did you mean `onSend`\?/],
  ['_404.mjs', '', /it has no default export\. Export a function \(ctx\) as default\./],
  [
    '_404.mjs',
    'export default "lost";',
    /404: expected a function \(ctx\) that returns the answer, received "lost"/,
  ],
  [
    '_404.mjs',
    'export default { handle() {} };',
    /404\.handle: expected one of the options handler.*`handler`/,
  ],
  ['_error.mjs', 'export default {};', /error: expected a function \(error, ctx\) .*, received an object/],
];
test.each(REFUSED)('%s with %s does not load', async (file, text, message) => {
  const adding = load({ [file]: text, 'a.mjs': GET });
  await expect(adding).rejects.toMatchObject({
    code: 'ERR_BLAIZE_ROUTE_LOAD',
    file: expect.stringContaining(file),
  });
  await expect(adding).rejects.toThrow(message);
});

test('what a transpiler made of such a module in CommonJS is read, too', async () => {
  const routes = await load({
    '_middleware.js':
      'Object.defineProperty(exports, "__esModule", { value: true });\nexports.default = { name: "cjs", onRequest() {} };',
    'a.mjs': GET,
  });
  expect(namesIn(routes)).toEqual({ '/a': 'cjs' });
});

test('they are found apart from routes', async () => {
  const directory = await temporaryFolder({
    'a.mjs': GET,
    'b/_error.ts': '',
    'b/_404.ts': '',
    '_lib.ts': '',
  });
  expect((await findRouteFiles(directory)).map(({ file }) => path.relative(directory, file))).toEqual([
    'a.mjs',
  ]);
  expect(
    (await findFolderFiles(directory)).map(({ file, kind, pattern }) => [
      path.relative(directory, file),
      kind,
      pattern,
    ]),
  ).toEqual([
    ['b/_404.ts', 'not-found', '/b'],
    ['b/_error.ts', 'error', undefined],
  ]);
});

test('those of a build are used, whatever their order', async () => {
  const route = { GET: () => 'x' };
  const takeBack = provideRouteModules('/nowhere/routes', {
    'a/b.ts': () => Promise.resolve(route),
    'a/_middleware.ts': () => Promise.resolve({ default: function built() {} }),
    'a/_404.ts': () => Promise.resolve({ default: () => 'no' }),
  });
  const routes = new RouteSet();
  await new RouteFiles(routes).add('/nowhere/routes');
  takeBack();
  expect(namesIn(routes)).toEqual({ '/a/b': 'built' });
  expect(answering(routes, '/a/c')).toBe('a');
});
