import { describe, expect, test } from 'vitest';

import { readBookmarkFile } from '../src/bookmark-file.ts';
import { bookmarkPage, importReport } from '../src/schemas/bookmark.ts';
import { addBookmark, type Call, read, signUp, startApp } from './app.ts';

function upload(call: Call, content: string, name = 'file'): Promise<Response> {
  const form = new FormData();
  form.set(name, new File([content], 'bookmarks'));
  return call('/api/bookmarks/import', { method: 'POST', body: form });
}

test.each(['http1', 'http2'] as const)('a file of JSON is imported over %s', async (protocol) => {
  const call = await signUp((await startApp())[protocol]);
  await addBookmark(call, { url: 'https://example.com/1' });
  const response = await upload(
    call,
    JSON.stringify([
      { url: 'https://example.com/1', title: 'There already' },
      { url: 'https://example.com/2', tags: ['b', 'a'], colour: 'red' },
      { url: 'ftp://example.com', title: '' },
      null,
      { url: 'https://example.com/2' },
    ]),
  );
  expect(response.status).toBe(200);
  const { added, skipped } = await read(response, importReport);
  expect(added).toBe(1);
  expect(skipped.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    '1 There is a bookmark for https://example.com/1 already.',
    expect.stringMatching(/^3 url: an http or https URL; title: Too small/),
    expect.stringMatching(/^4 Invalid input/),
    '5 There is a bookmark for https://example.com/2 already.',
  ]);
  const { items } = await read(await call('/api/bookmarks'), bookmarkPage);
  expect(items.map(({ url, title, tags }) => [url, title, tags])).toEqual([
    ['https://example.com/2', 'example.com', ['a', 'b']],
    ['https://example.com/1', 'example.com', []],
  ]);
});

test('what one user lists another can import', async () => {
  const { http2 } = await startApp();
  const ada = await signUp(http2, 'Ada');
  const bob = await signUp(http2, 'Bob');
  await addBookmark(ada, { url: 'https://example.com', note: 'A note', tags: ['web'] });
  const exported = await (await ada('/api/bookmarks?limit=100')).text();
  expect(await (await upload(bob, exported)).json()).toEqual({ added: 1, skipped: [] });
  expect((await read(await bob('/api/bookmarks'), bookmarkPage)).items).toMatchObject([
    { url: 'https://example.com/', note: 'A note', tags: ['web'], visits: 0 },
  ]);
});

describe('a file', () => {
  test('of HTML has titles, notes and tags; a note of a folder belongs to no bookmark', () => {
    const html = `<DL><DT><A HREF="https://a.example/?x=1&amp;y=2" TAGS="one,to read,">A &lt;b&gt;</A>
      <DD>First<br>note
      <DT><H3>Folder</H3><DD>of a folder<DL><DT><A HREF="https://b.example/"></A><DT><A>nowhere</A></DL></DL>`;
    expect(readBookmarkFile(html)).toEqual([
      { url: 'https://a.example/?x=1&y=2', title: 'A <b>', note: 'First', tags: ['one', 'to-read'] },
      { url: 'https://b.example/', title: undefined, note: '', tags: [] },
      { url: undefined, title: 'nowhere', note: '', tags: [] },
    ]);
  });

  test('of HTML may have many folders', () => {
    const folder = (n: number): string =>
      `<DT><H3>Folder ${n}</H3>\n<DL><p>\n<DT><A HREF="https://${n}.example/">${n}</A>\n<DD>Note ${n}\n</DL><p>\n`;
    const html = `<H1>Bookmarks</H1>\n<DL><p>\n${Array.from({ length: 500 }, (_, n) => folder(n)).join('')}</DL><p>`;
    const found = readBookmarkFile(html);
    expect(found).toHaveLength(500);
    expect(found[499]).toMatchObject({
      title: '499',
      note: expect.stringMatching(/^Note 499\s+$/),
      tags: [],
    });
  });

  test.each([
    ['text', 'GIF89a'],
    ['JSON that is no list', '{"a":1}'],
    ['more than 1,000 bookmarks', JSON.stringify(Array.from({ length: 1001 }, () => ({})))],
    // Each </i> would look through all that are open.
    ['elements inside each other without end', '<b>'.repeat(100_000) + '</i>'.repeat(170_000)],
  ])('with %s is refused', (_what, text) => {
    expect(() => readBookmarkFile(text)).toThrow(expect.objectContaining({ status: 400 }));
  });

  test('is one that is there, has a megabyte at most, and comes with a token', async () => {
    const { http1, http2 } = await startApp();
    for (const client of [http1, http2]) {
      const call = await signUp(client, client === http1 ? 'Ada' : 'Bob');
      expect((await upload(call, '[]', 'other')).status).toBe(400);
      expect((await upload(call, '')).status).toBe(400);
      expect((await upload(call, ' '.repeat(1_000_001))).status).toBe(413);
      expect((await call('/api/bookmarks/import', { method: 'POST', body: {} })).status).toBe(400);
      expect((await upload((url, options) => client.request(url, options), '[]')).status).toBe(401);
    }
  });
});
