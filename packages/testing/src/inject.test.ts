import { createServer } from '@blaizejs/server';
import { afterAll, expect, test } from 'vitest';

import { inject } from './inject.ts';

const server = createServer({ routesDir: false, logger: false });
server.router.addRoute('POST', '/echo', {
  handler: async ({ request }) => ({
    type: request.header('content-type'),
    text: await request.text(),
    url: request.url.href,
  }),
});
server.router.addRoute('GET', '/echo', { handler: ({ request }) => request.url.href });
server.router.addRoute('GET', '/at/*', { handler: ({ request }) => request.path });
afterAll(() => server.close());

test.each([
  ['//localhost/echo', 404],
  ['/a/../echo', 400],
  ['/at/./x', 400],
  ['/at/%2e%2e/x', 400],
  ['https://localhost/at/../echo', 400],
])('%s is sent unchanged', async (path, status) => {
  expect((await inject(server, path)).status).toBe(status);
});

test.each([
  ['/at//b', '/at//b'],
  ['/at/a|b{c}', '/at/a|b{c}'],
  ['/at/grüße 日', '/at/gr%C3%BC%C3%9Fe%20%E6%97%A5'],
  ['/at/x#top', '/at/x'],
  ['at/x', '/at/x'],
  ['https://localhost/at//x?a', '/at//x'],
])('the path of %s is %s', async (path, sent) => {
  expect(await (await inject(server, path)).text()).toBe(sent);
});

test('a path, a URL and a Request are equivalent', async () => {
  const url = 'https://localhost/echo?a=1';
  for (const request of ['/echo?a=1', new URL(url), new Request(url)]) {
    expect(await (await inject(server, request)).text()).toBe(url);
  }
});

test.each([
  [{ a: 1 }, 'application/json', '{"a":1}'],
  [[1, 2], 'application/json', '[1,2]'],
  [Object.create(null) as object, 'application/json', '{}'],
  ['text', 'text/plain;charset=UTF-8', 'text'],
  [new URLSearchParams({ a: '&' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=%26'],
  [new Uint8Array([97]), undefined, 'a'],
  [new Blob(['ab', 'c']).stream(), undefined, 'abc'],
])('a body is sent according to its type: %o', async (body, type, text) => {
  const response = await inject(server, '/echo', { method: 'POST', body });
  expect(await response.json()).toMatchObject({ ...(type && { type }), text });
});

test('an explicit content type takes precedence over that of the body', async () => {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const response = await inject(server, '/echo', { method: 'POST', body: { a: null }, headers });
  expect(await response.json()).toMatchObject({ type: 'application/merge-patch+json', text: '{"a":null}' });
});

test('an option that there is not is refused: the test would not test what it says', () => {
  expect(() => inject(server, '/', { payload: {} } as object)).toThrow(
    new TypeError(
      'inject() has no option "payload". The options are method, headers, body, signal, and others of fetch().',
    ),
  );
});
