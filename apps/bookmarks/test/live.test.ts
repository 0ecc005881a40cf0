import { createClient, readEvents } from '@blaizejs/client';
import { memoryEventLog } from '@blaizejs/realtime';
import { startTestServer } from 'blaizejs/testing';
import { expect, onTestFinished, test } from 'vitest';

import type { GET } from '../src/routes/api/live/index.ts';
import { browserOf } from '../src/browser-of.ts';
import { live } from '../src/live.ts';
import { addBookmark, signUp, startApp } from './app.ts';

interface Routes {
  GET: { '/api/live': typeof GET };
}

test.each(['http1', 'http2'] as const)(
  'the stream of changes has the list, then each change to it, over %s',
  async (protocol) => {
    const app = await startApp();
    const call = await signUp(app[protocol]);
    const id = await addBookmark(call, { url: 'https://example.com/1', title: 'one' });
    const api = createClient<Routes>(app.url, {
      fetch: (request) =>
        app[protocol].request(request.url, {
          headers: { ...Object.fromEntries(request.headers), authorization: `Bearer ${call.token}` },
          signal: request.signal,
        }),
    });
    const events = readEvents(api.get, '/api/live');
    onTestFinished(() => void events.return());
    const next = async () => {
      const { value } = await events.next();
      return value && [value.event, value.data];
    };
    expect(await next()).toEqual(['list', [expect.objectContaining({ id, title: 'one' })]]);
    const bystander = await signUp(app[protocol], 'Mallory');
    await addBookmark(bystander, { url: 'https://example.com/2', title: 'of somebody else' });

    await call(`/api/bookmarks/${id}`, { method: 'PATCH', body: { title: 'first' } });
    expect(await next()).toEqual(['saved', expect.objectContaining({ id, title: 'first' })]);
    await call(`/api/bookmarks/${id}/tags/new`, { method: 'PUT' });
    expect(await next()).toEqual(['list', [expect.objectContaining({ id, tags: ['new'] })]]);
    await call(`/api/bookmarks/${id}/tags/new`, { method: 'DELETE' });
    expect(await next()).toEqual(['list', [expect.objectContaining({ id, tags: [] })]]);
    const body = new FormData();
    body.set('file', new File(['["x"]'], 'list.json'));
    await call('/api/bookmarks/import', { method: 'POST', body });
    expect(await next()).toEqual(['list', [expect.objectContaining({ id })]]);
    await call(`/api/bookmarks/${id}`, { method: 'DELETE' });
    expect(await next()).toEqual(['removed', { id }]);
  },
);

test('nobody listens without a token', async () => {
  const { http1, http2 } = await startApp();
  for (const client of [http1, http2]) {
    for (const path of ['/api/live', '/api/live/windows']) {
      const response = await client.request(path);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        401,
        'application/problem+json',
      ]);
    }
  }
});

test('pages that could not be told of a change are told to load the list', async () => {
  const memory = memoryEventLog();
  let isAway = true;
  const log: typeof memory = {
    append: (...args) => (isAway ? Promise.reject(new Error('Redis is away')) : memory.append(...args)),
    read: (...args) => memory.read(...args),
    watch: (...args) => memory.watch(...args),
  };
  await using app = await startTestServer({ plugins: [live({ log })] });
  const { changesOf, removed } = app.server.services.live;
  const changes = changesOf(1).subscribe();
  await changes.ready;
  await removed(1, 7);
  isAway = false;
  expect((await changes.next()).value).toMatchObject({ event: 'stale', data: null });
  await changes.return();
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1', 'Safari on iPhone'],
  ['<script>alert(1)</script>', 'A browser'],
  [undefined, 'A browser'],
])('%s is %s', (userAgent, name) => {
  expect(browserOf(userAgent)).toBe(name);
});
