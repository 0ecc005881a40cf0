import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { build } from 'esbuild';
import { expect, test } from 'vitest';

import { findLeftOut, PARTS, withoutCore } from './left-out.ts';

const PACKAGES = path.resolve(import.meta.dirname, '../../..');

async function leftOutOf(code: string): Promise<string[]> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    external: ['other'],
    plugins: [withoutCore],
  });
  return Object.keys(findLeftOut(metafile, outputFiles)).map((name) => name.replace('BLAIZE_WITHOUT_', ''));
}

test('the framework and the build know the same parts', () => {
  const used = ['app', 'context', 'errors', 'middleware', 'plugins', 'router'].flatMap((name) => {
    const folder = path.join(PACKAGES, name, 'src');
    return readdirSync(folder)
      .filter((file) => !file.includes('.test'))
      .flatMap((file) => (file.endsWith('.ts') ? [readFileSync(path.join(folder, file), 'utf8')] : []))
      .flatMap((text) => [...text.matchAll(/typeof (BLAIZE_WITHOUT_\w+)/g)].map(([, part]) => part));
  });
  expect([...new Set(used)].sort()).toEqual(Object.keys(PARTS).sort());
});

test('an app that names nothing needs no part', async () => {
  const code = `
    import { createApp } from '@blaizejs/app';
    import '@blaizejs/router/bundled';
    // cookies, schema
    const query = createApp();
    query.router.addRoute('GET', '/', { handler: () => 'hello' });
    export default query;
  `;
  const all = Object.keys(PARTS).map((name) => name.replace('BLAIZE_WITHOUT_', ''));
  expect(await leftOutOf(code)).toEqual(all);
});

test.each([
  ['a property', 'export const a = ({ request }) => request.cookies;'],
  ['a pattern', 'export const a = ({ request: { cookies } }) => cookies.a;'],
  ['a text', "export const a = (request, name = 'cookies') => request[name];"],
  ['texts that are put together here', "export const a = (request) => request['coo' + 'kies'];"],
])('%s is a name', async (_what, code) => {
  const leftOut = await leftOutOf(code);
  expect(leftOut).not.toContain('COOKIES');
  expect(leftOut).toContain('SCHEMA');
});

test.each([
  "router.addRoute('GET', '/users/:id', route);",
  "router.addRoute('GET', '/v:version', route);",
  "router.addRoute('GET', base + ':id', route);",
  'router.addRoute("GET", `/${base}:id`, route);',
  "provide({ 'users/[id].ts': route });",
  'handler = ({ request }) => request.params;',
])('parameters stay for %s', async (code) => {
  expect(await leftOutOf(code)).not.toContain('PARAMETERS');
});

test('paths without parameters need none', async () => {
  const code =
    "for (const path of ['/', '/a/b-c', '/files/*']) router.addRoute('GET', path, { handler: run });";
  expect(await leftOutOf(code)).toContain('PARAMETERS');
});

test('plugins may release services after a request', async () => {
  expect(await leftOutOf('export const a = { plugins: [] };')).not.toContain('FINISH');
});

test('what serves an app on Deno and Bun closes it', async () => {
  expect(await leftOutOf("export { toWorker } from '@blaizejs/adapters/worker';")).toContain('CLOSE');
  expect(await leftOutOf("export { serve } from '@blaizejs/adapters/bun';")).not.toContain('CLOSE');
});

test.each([
  ['another module', "export { a } from 'other';"],
  ['whatever it names at run time', 'export const a = (name) => import(name);'],
  ['code that it makes', 'export const a = (code) => new Function(code);'],
])('a bundle that loads %s has all parts', async (_what, code) => {
  expect(await leftOutOf(code)).toEqual([]);
});
