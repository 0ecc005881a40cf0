import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createApp } from '@blaizejs/app';

import { createViews } from '../src/eta.ts';
import { html, unsafe } from '../src/index.ts';

let root = '';
let folder = '';

const FILES: Record<string, string> = {
  'home.eta':
    '<% layout("./layout", { title: it.title }) %>\n<p title="<%= it.name %>"><%= it.name %></p><%~ include("parts/row", { n: 1 }) %>',
  'layout.eta':
    '<!doctype html><title><%= it.title %></title><%~ it.body %><%~ block("foot", () => { %>none<% }) %>',
  'blocks.eta': '<% layout("layout") %>body<% block("foot", () => { %><b>foot</b><% }) %>',
  'card.eta': '<i><%= it.title %></i><%~ block("foot", () => { %>none<% }) %>',
  'post.eta': '<% layout("layout", it.post) %>text',
  'posts.eta': '<%~ include("card", it.post) %>',
  'posts-below.eta': '<% layout("below") %>text<% block("foot", () => { %><b>foot</b><% }) %>',
  'below.eta': '<%~ it.body %><%~ include("card", it.post) %>',
  'parts/row.eta': '<i><%= it.n %></i><%~ include("./cell") %><%~ include("../cell") %>',
  'parts/cell.eta': '[<%= it.n %>]',
  'cell.eta': '(<%= it.n %>)',
  'filter.eta': '<%= money(it.price) %>',
  'html.eta': '<%= it.a %>|<%= it.b %>|<%= it.c %>|<%= it.d %>',
  'fails.eta': 'a\nb\n<%= it.user.name %>',
  'fails-inside.eta': '\n<%~ include("fails", {}) %>',
  'syntax.eta': 'a\n<%= it. %>',
  'unclosed.eta': 'a\n\n<%= it',
  'statement.eta': 'a\n<% if ( { %>',
  'escape.eta': '<%~ include(it.name) %>',
  'changes.eta': 'one',
};

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'blaize-views-'));
  folder = path.join(root, 'views');
  await mkdir(path.join(folder, 'parts'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(path.join(folder, name), text);
  await writeFile(path.join(root, 'secret.eta'), 'secret');
  await symlink(path.join(root, 'secret.eta'), path.join(folder, 'link.eta'));
  await symlink(root, path.join(folder, 'up'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

test('a handler answers with a template, its layout and its partials, and text is escaped', async () => {
  const views = createViews({ folder });
  const app = createApp({ mode: 'production' });
  app.router.addRoute('GET', '/', { handler: () => views.render('home', { title: 'a & b', name: '<b>"' }) });
  const response = await app.fetch(new Request('https://example.com/'));
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toBe(
    '<!doctype html><title>a &amp; b</title><p title="&lt;b&gt;&quot;">&lt;b&gt;&quot;</p><i>1</i>[1](1)none',
  );
});

test('a template fills the blocks of its layout, and data can not pass for blocks', () => {
  const views = createViews({ folder });
  expect(String(views.render('blocks', { title: 'x' }))).toBe(
    '<!doctype html><title>x</title>body<b>foot</b>',
  );
  const sent = JSON.parse('{"title":"x","body":"","__blocks":{"foot":"<script>"}}') as object;
  expect(String(views.render('layout', sent))).not.toContain('<script>');
});

test.each([
  ['a layout', 'post', '<!doctype html><title>x</title>textnone'],
  ['a partial', 'posts', '<i>x</i>none'],
  ['a partial of a layout, which has the blocks of that', 'posts-below', 'text<i>x</i><b>foot</b>'],
])('what a client has sent, as data of %s, can not pass for HTML', (_what, name, expected) => {
  const post = JSON.parse('{"title":"x","body":"<script>","__blocks":{"foot":"<script>"}}') as object;
  expect(String(createViews({ folder }).render(name, { post }))).toBe(expected);
});

test('HTML of html and unsafe() is not escaped twice, and a page takes a template', () => {
  const views = createViews({ folder });
  const page = views.render('html', { a: html`<b>${'<'}</b>`, b: unsafe('<hr>'), c: null, d: '<' });
  expect(String(html`<main>${page}</main>`)).toBe('<main><b>&lt;</b>|<hr>||&lt;</main>');
  expect(() => views.render('html', { a: html`${Promise.resolve(1)}` })).toThrow('renderToString');
});

test('filters are functions by name', () => {
  const views = createViews({ folder, filters: { money: (cents: number) => `${cents / 100} <€>` } });
  expect(String(views.render('filter', { price: 250 }))).toBe('2.5 &lt;€&gt;');
  for (const name of ['it', 'a-b', 'class', '__eta', 'include']) {
    expect(() => createViews({ folder, filters: { [name]: () => '' } })).toThrow(`filters.${name}`);
  }
});

test.each([
  ['fails', 'fails.eta:3: '],
  ['fails-inside', 'fails.eta:3: '],
  ['syntax', 'syntax.eta:2: Bad syntax: '],
  ['statement', 'statement.eta:2: Bad syntax: '],
  ['unclosed', 'unclosed.eta:3: '],
  ['missing', 'There is no template missing.eta'],
  ['parts/missing', 'There is no template parts/missing.eta'],
])('%s: the error says where', (name, message) => {
  const render = (): unknown => createViews({ folder }).render(name, {});
  expect(render).toThrow(expect.objectContaining({ code: 'ERR_BLAIZE_TEMPLATE' }) as Error);
  expect(render).toThrow(message);
});

test.each([
  '../secret',
  'parts/../../secret',
  'parts/../home',
  './home',
  '/home',
  '/etc/passwd',
  'C:\\x',
  'parts\\row',
  '..\\secret',
  'home\0',
  '\0',
  '',
  '.',
  '..',
  '.hidden',
  'home.eta/',
  'parts//row',
  '@home',
  'home:stream',
  '%2e%2e/secret',
  'home.',
  'link',
  'up/secret',
  'file:///etc/passwd',
])('%j leads nowhere, as a name and in a template', (name) => {
  const views = createViews({ folder });
  expect(() => views.render(name, {})).toThrow();
  // From a template, `./` is its own folder.
  if (name === './home') return;
  expect(() => views.render('escape', { name })).toThrow();
});

test('only text is a name', () => {
  expect(() => createViews({ folder }).render({ toString: () => 'home' } as never, {})).toThrow('is a text');
});

test('in production a template is read once; otherwise a change shows', async () => {
  const file = path.join(folder, 'changes.eta');
  const kept = createViews({ folder: pathToFileURL(folder), cache: true });
  const read = createViews({ folder });
  expect([String(kept.render('changes')), String(read.render('changes'))]).toEqual(['one', 'one']);
  await writeFile(file, 'two');
  expect([String(kept.render('changes')), String(read.render('changes'))]).toEqual(['one', 'two']);
});

test('options are checked', () => {
  expect(() => createViews({ folder: path.join(folder, 'missing') })).toThrow(
    'the path of a folder that exists',
  );
  expect(() => createViews({ folder, views: 'x' } as never)).toThrow(
    'one of the options folder, filters, cache',
  );
});
