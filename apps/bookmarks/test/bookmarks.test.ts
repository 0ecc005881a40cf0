import { describe, expect, test } from 'vitest';

import { bookmark, bookmarkPage } from '../src/schemas/bookmark.ts';
import { addBookmark, problem, read, signUp, startApp } from './app.ts';

describe.each(['http1', 'http2'] as const)('bookmarks over %s', (protocol) => {
  test('are created, read, changed and deleted', async () => {
    const call = await signUp((await startApp())[protocol]);
    const created = await call('/api/bookmarks', {
      method: 'POST',
      body: { url: 'https://Example.com', note: ' Read me ', tags: ['Web', 'docs', 'web'] },
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/api/bookmarks/1');
    const first = await read(created, bookmark);
    expect(first).toEqual({
      id: 1,
      url: 'https://example.com/',
      title: 'example.com',
      note: 'Read me',
      tags: ['docs', 'web'],
      visits: 0,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: first.createdAt,
    });
    expect(await (await call('/api/bookmarks/1')).json()).toEqual(first);

    const changed = await call('/api/bookmarks/1', {
      method: 'PATCH',
      body: { title: 'An example', tags: ['c++'] },
    });
    expect(changed.status).toBe(200);
    expect(await changed.json()).toMatchObject({ title: 'An example', note: 'Read me', tags: ['c++'] });
    await call('/api/bookmarks/1', { method: 'PATCH', body: { note: '' } });
    expect(await (await call('/api/bookmarks/1')).json()).toMatchObject({ note: '', tags: ['c++'] });

    const deleted = await call('/api/bookmarks/1', { method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    expect((await call('/api/bookmarks/1')).status).toBe(404);
    expect(await (await call('/api/tags')).json()).toEqual([]);
  });

  test('are not created twice for one URL', async () => {
    const call = await signUp((await startApp())[protocol]);
    const id = await addBookmark(call, { url: 'https://example.com', tags: ['first'] });
    const again = await call('/api/bookmarks', {
      method: 'POST',
      body: { url: 'https://EXAMPLE.com/', tags: ['second'] },
    });
    expect(again.status).toBe(409);
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect(await again.json()).toMatchObject({
      title: 'Conflict',
      status: 409,
      detail: 'There is a bookmark for https://example.com/ already.',
      details: { id },
    });
    expect(await (await call(`/api/bookmarks/${id}`)).json()).toMatchObject({ tags: ['first'] });

    const other = await addBookmark(call, { url: 'https://example.org' });
    const moved = await call(`/api/bookmarks/${other}`, {
      method: 'PATCH',
      body: { url: 'https://example.com/' },
    });
    expect(moved.status).toBe(409);
  });

  test('that do not fit are refused, with the name of each field', async () => {
    const call = await signUp((await startApp())[protocol]);
    const response = await call('/api/bookmarks', {
      method: 'POST',
      body: { url: 'javascript:alert(1)', title: '', tags: ['fine', 'two words'], colour: 'red' },
    });
    expect(response.status).toBe(400);
    const { code, details } = await read(response, problem);
    expect(code).toBe('ERR_BLAIZE_VALIDATION');
    expect(details.map(({ in: part, pointer }) => [part, pointer])).toEqual([
      ['body', '/url'],
      ['body', '/title'],
      ['body', '/tags/1'],
      ['body', ''],
    ]);
  });

  test('go to their address, and count the visit', async () => {
    const call = await signUp((await startApp())[protocol]);
    const id = await addBookmark(call, { url: 'https://example.com/a?b=c' });
    const response = await call(`/go/${id}`);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('https://example.com/a?b=c');
    expect(await (await call(`/api/bookmarks/${id}`)).json()).toMatchObject({ visits: 1 });
    expect((await call('/go/99')).status).toBe(404);
  });
});

test('a list is searched, filtered and paged', async () => {
  const call = await signUp((await startApp()).http2);
  for (const n of [1, 2, 3, 4, 5]) {
    await addBookmark(call, {
      url: `https://example.com/${n}`,
      title: `Number ${n}`,
      note: n === 2 ? '100% sure' : '',
      tags: n % 2 === 0 ? ['even'] : ['odd'],
    });
  }
  const list = async (query: string): Promise<unknown[]> => {
    const { items, ...rest } = await read(await call(`/api/bookmarks${query}`), bookmarkPage);
    return [items.map(({ title }) => title.slice(-1)).join(''), rest];
  };
  expect(await list('')).toEqual(['54321', { page: 1, limit: 20, total: 5 }]);
  expect(await list('?limit=2')).toEqual(['54', { page: 1, limit: 2, total: 5 }]);
  expect(await list('?limit=2&page=3')).toEqual(['1', { page: 3, limit: 2, total: 5 }]);
  expect(await list('?limit=2&page=4')).toEqual(['', { page: 4, limit: 2, total: 5 }]);
  expect(await list('?tag=EVEN')).toEqual(['42', { page: 1, limit: 20, total: 2 }]);
  expect(await list('?q=number+3')).toEqual(['3', { page: 1, limit: 20, total: 1 }]);
  expect(await list('?q=0%25')).toEqual(['2', { page: 1, limit: 20, total: 1 }]);
  expect(await list('?q=example.com&tag=odd')).toEqual(['531', { page: 1, limit: 20, total: 3 }]);

  const refused = await call('/api/bookmarks?page=0&limit=1000');
  expect(refused.status).toBe(400);
  expect((await read(refused, problem)).details).toMatchObject([
    { in: 'query', pointer: '/page' },
    { in: 'query', pointer: '/limit' },
  ]);
});

test('tags are added to a bookmark, taken off and counted', async () => {
  const call = await signUp((await startApp()).http2);
  const first = await addBookmark(call, { url: 'https://example.com/1', tags: ['web'] });
  const second = await addBookmark(call, { url: 'https://example.com/2' });
  const tag = async (method: string, id: number, name: string): Promise<number> =>
    (await call(`/api/bookmarks/${id}/tags/${encodeURIComponent(name)}`, { method })).status;

  expect(await tag('PUT', second, 'Web')).toBe(204);
  expect(await tag('PUT', second, 'web')).toBe(204);
  expect(await tag('PUT', second, 'c++')).toBe(204);
  expect(await tag('PUT', second, 'two words')).toBe(400);
  expect(await tag('PUT', 99, 'web')).toBe(404);
  expect(await (await call('/api/tags')).json()).toEqual([
    { tag: 'c++', count: 1 },
    { tag: 'web', count: 2 },
  ]);
  expect(await tag('DELETE', first, 'web')).toBe(204);
  expect(await tag('DELETE', first, 'web')).toBe(204);
  expect(await tag('DELETE', 99, 'web')).toBe(404);
  expect(await (await call('/api/tags')).json()).toEqual([
    { tag: 'c++', count: 1 },
    { tag: 'web', count: 1 },
  ]);
});

test('nobody reaches the bookmarks of others', async () => {
  const { http2 } = await startApp();
  const ada = await signUp(http2, 'Ada');
  const eve = await signUp(http2, 'Eve');
  const id = await addBookmark(ada, { url: 'https://example.com', tags: ['web'] });

  const attempts = await Promise.all([
    eve(`/api/bookmarks/${id}`),
    eve(`/api/bookmarks/${id}`, { method: 'PATCH', body: { title: 'Mine', tags: [] } }),
    eve(`/api/bookmarks/${id}`, { method: 'DELETE' }),
    eve(`/api/bookmarks/${id}/tags/web`, { method: 'DELETE' }),
    eve(`/api/bookmarks/${id}/tags/mine`, { method: 'PUT' }),
    eve(`/go/${id}`),
  ]);
  expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
  expect(await (await eve('/api/bookmarks')).json()).toMatchObject({ items: [], total: 0 });
  expect(await (await ada(`/api/bookmarks/${id}`)).json()).toMatchObject({
    title: 'example.com',
    tags: ['web'],
    visits: 0,
  });
  // What Ada has is no duplicate for Eve.
  await addBookmark(eve, { url: 'https://example.com' });
});
