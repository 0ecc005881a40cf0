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
afterAll(() => server.close());

test('a path, a URL and a Request are the same', async () => {
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
])('a body is sent as what it is: %o', async (body, type, text) => {
  const response = await inject(server, '/echo', { method: 'POST', body });
  expect(await response.json()).toMatchObject({ ...(type && { type }), text });
});

test("a content type that is given stays, whatever the body's", async () => {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const response = await inject(server, '/echo', { method: 'POST', body: { a: null }, headers });
  expect(await response.json()).toMatchObject({ type: 'application/merge-patch+json', text: '{"a":null}' });
});
