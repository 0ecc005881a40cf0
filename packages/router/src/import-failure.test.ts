import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { RouteLoadError } from '@blaizejs/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { groupByReason, toRouteLoadError } from './import-failure.ts';

let directory: string;
let helper: string;
let route: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'blaize-failure-')));
  helper = path.join(directory, 'helper.ts');
  route = path.join(directory, 'route.ts');
  await writeFile(helper, `// a helper\nimport './a/nothing.ts';\nimport 'nothing';\n`);
});

afterAll(() => rm(directory, { recursive: true }));

function failure(message: string, stack = '', Kind: ErrorConstructor = Error): Error {
  return Object.assign(new Kind(message), { stack: stack || `Error: ${message}` });
}

async function placeOf(error: unknown, suspects?: string[]): Promise<string> {
  const result = await toRouteLoadError(error, route, suspects);
  expect(result).toBeInstanceOf(RouteLoadError);
  expect(result).toMatchObject({ file: route, cause: error });
  const shown = path.relative(process.cwd(), directory) + path.sep;
  return result.message.replaceAll(shown, '').replaceAll(directory, 'DIR');
}

const BEGIN = 'Route file route.ts did not load: ';

test('esbuild, through tsx', async () => {
  const error = failure(`Transform failed with 1 error:\n${helper}:3:24: ERROR: Unexpected "="`);
  expect(await placeOf(error)).toBe(`${BEGIN}helper.ts:3:25: Unexpected "="`);
});

test("V8, and Node's own TypeScript", async () => {
  const url = pathToFileURL(helper).href;
  const stack = `${url}?blaize=3:12\nexport const x = = 1;\n                 ^\nSyntaxError: Expression expected`;
  expect(await placeOf(failure('Expression expected\nand more', stack))).toBe(
    `${BEGIN}helper.ts:12:18: Expression expected`,
  );
});

test.each([
  ['module', () => path.join(directory, 'a/nothing.ts'), 2],
  ['package', () => 'nothing', 3],
])('a missing %s', async (what, name, line) => {
  const message = `Cannot find ${what} '${name()}' imported from ${helper}`;
  expect(await placeOf(failure(message))).toMatch(`${BEGIN}helper.ts:${line}: Cannot find ${what} '`);
});

test('an error thrown by a module, at the innermost frame in the project', async () => {
  const stack = [
    'Error: boom',
    `    at inner (${directory}/node_modules/x/index.js:1:1)`,
    `    at thrower (${pathToFileURL(helper).href}?blaize=1:5:7)`,
    `    at ${pathToFileURL(route).href}:1:1`,
    '    at ModuleJob.run (node:internal/modules/esm/module_job:343:25)',
  ].join('\n');
  expect(await placeOf(failure('boom', stack))).toBe(`${BEGIN}helper.ts:5:7: boom`);
});

test('a syntax error in JavaScript, whose place comes from Node', async () => {
  const [good, bad] = [path.join(directory, 'good.mjs'), path.join(directory, 'bad.mjs')];
  await writeFile(good, 'export const a = 1;');
  await writeFile(bad, '\nexport const b = = 2;');
  const error = failure("Unexpected token '='", 'SyntaxError: Unexpected token', SyntaxError);
  expect(await placeOf(error, [helper, good, bad])).toBe(`${BEGIN}bad.mjs:2:18: Unexpected token '='`);
  expect(await placeOf(error)).toBe(`${BEGIN}Unexpected token '='`);
});

test.each(['a word', undefined, null])('throwing %s', async (thrown) => {
  expect(await placeOf(thrown)).toBe(`${BEGIN}${String(thrown)}`);
});

test('TypeScript that this version of Node cannot load', async () => {
  const error = Object.assign(failure(`Unknown file extension ".ts" for ${route}`), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  });
  expect(await placeOf(error)).toMatch(/Node v\d.* can't load TypeScript by itself: install tsx .*22\.18/);
});

test('importers of the same broken module form one group, whether they share the error object or only the place', () => {
  const broken = (): Error =>
    failure(`Transform failed with 1 error:\n${helper}:3:24: ERROR: Unexpected "="`);
  const elsewhere = failure(`Transform failed with 1 error:\n${route}:3:24: ERROR: Unexpected "="`);
  const missing = (): Error => failure(`Cannot find package 'nothing' imported from ${helper}`);
  const thrown = failure('boom');
  const reasons = [broken(), broken(), elsewhere, missing(), missing(), thrown, thrown];
  const groups = groupByReason(reasons.map((reason, index) => ({ file: String(index), reason })));
  expect(groups.map((group) => group.map(({ file }) => file))).toEqual([
    ['0', '1'],
    ['2'],
    ['3', '4'],
    ['5', '6'],
  ]);
});

test('equal messages without a place, or equal values that are not errors, do not form a group', () => {
  const nowhere = (): Error => failure("Unexpected token '='", '', SyntaxError);
  const reasons = [nowhere(), nowhere(), 'a word', 'a word'];
  expect(groupByReason(reasons.map((reason, index) => ({ file: String(index), reason })))).toHaveLength(4);
});
