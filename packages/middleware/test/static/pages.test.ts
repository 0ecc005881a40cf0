import { afterAll, describe, expect, test } from 'vitest';

import { Folder, PROTOCOLS, serve } from './site.ts';

const folder = await Folder.of({
  'index.html': 'app',
  'docs/index.html': 'docs',
  'a b/index.html': 'space',
  'größe/index.html': 'umlaut',
  'a:b/index.html': 'colon',
  'empty/file.txt': 'no index',
  'assets/app-1a2b3c.js': 'script',
  'evil.example/index.html': 'name of a host',
});
const app = await serve(folder);
const spa = await serve(folder, { fallback: 'index.html', immutable: /^assets\// });
const below = await serve(folder, { prefix: '/static/files' });
afterAll(async () => {
  await Promise.all([app.close(), spa.close(), below.close()]);
  await folder[Symbol.asyncDispose]();
});

const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
};

describe.each(PROTOCOLS)('over %s', (protocol) => {
  describe('a folder', () => {
    test('answers with its index file', async () => {
      for (const [path, content] of [
        ['/', 'app'],
        ['/docs/', 'docs'],
        ['/docs/index.html', 'docs'],
      ] as const) {
        const response = await app[protocol].request(path);
        expect(await response.text()).toBe(content);
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      }
    });

    test.each([
      ['/docs', '/docs/'],
      ['/docs?a=1&b=%0d%0a', '/docs/?a=1&b=%0d%0a'],
      ['/docs?//evil.example', '/docs/?//evil.example'],
      ['/a%20b', '/a%20b/'],
      ['/gr%C3%B6%C3%9Fe', '/gr%C3%B6%C3%9Fe/'],
      ['/a:b', '/a%3Ab/'],
    ])('%s leads to %s', async (path, target) => {
      const response = await app[protocol].request(path);
      expect(response.status).toBe(301);
      const location = response.headers.get('location') ?? '';
      expect(new URL(location, new URL(path, app.url)).href).toBe(new URL(target, app.url).href);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    });

    test.each([
      '//evil.example',
      '//evil.example/..',
      '//evil.example/%2e%2e',
      '/%2fevil.example',
      '/\\evil.example',
      '/%5cevil.example',
      '/docs/..%2f..%2f/evil.example',
      '///docs',
      '/docs%0d%0alocation:%20x',
      '/.//docs',
    ])('%s leads nowhere', async (path) => {
      const response = await app[protocol].request(path);
      expect(response.status === 404 || response.status === 400).toBe(true);
      expect(response.headers.get('location')).toBeNull();
      await response.arrayBuffer();
    });

    test('the name of a host is only the name of a folder', async () => {
      const response = await app[protocol].request('/evil.example');
      expect(new URL(response.headers.get('location') ?? '', app.url).href).toBe(`${app.url}/evil.example/`);
    });

    test('without an index file is 404, with and without a slash', async () => {
      for (const path of ['/empty', '/empty/', '/assets']) {
        expect((await app[protocol].request(path)).status).toBe(404);
      }
    });

    test('has no index file with `index: false`, and another with its name', async () => {
      await using off = await serve(folder, { index: false });
      for (const path of ['/', '/docs', '/docs/']) {
        expect((await off[protocol].request(path)).status).toBe(404);
      }
      await using other = await serve(folder, { index: 'file.txt' });
      expect(await (await other[protocol].request('/empty/')).text()).toBe('no index');
    });
  });

  describe('a prefix', () => {
    test('is where the files are', async () => {
      const get = async (path: string) => {
        const response = await below[protocol].request(path);
        return response.status === 200 ? response.text() : response.status;
      };
      expect(await get('/static/files/')).toBe('app');
      expect(await get('/static/files/docs/')).toBe('docs');
      for (const path of ['/', '/docs/', '/static/', '/static/filesystem', '/static/files../docs/']) {
        expect(await get(path)).toBe(404);
      }
    });

    test('without its slash leads to the index file', async () => {
      const response = await below[protocol].request('/static/files?a=1');
      const location = response.headers.get('location') ?? '';
      expect(new URL(location, `${below.url}/static/files`).href).toBe(`${below.url}/static/files/?a=1`);
    });
  });

  describe('the fallback', () => {
    const get = async (path: string, headers: Record<string, string> = NAVIGATION, method = 'GET') =>
      spa[protocol].request(path, { headers, method });

    test.each(['/users', '/users/1', '/users/john.doe', '/users/', '/about.html', '/docs/missing'])(
      'answers the navigation to %s',
      async (path) => {
        const response = await get(path);
        expect([response.status, await response.text()]).toEqual([200, 'app']);
        expect(response.headers.get('vary')).toBe('accept, sec-fetch-mode');
        expect(response.headers.get('cache-control')).toBe('no-cache');
        expect((await get(path, NAVIGATION, 'HEAD')).status).toBe(200);
      },
    );

    test.each<[string, string, Record<string, string>]>([
      ['a script', '/assets/x.js', { accept: '*/*', 'sec-fetch-mode': 'no-cors' }],
      ['a script that a user opens', '/assets/x.js', NAVIGATION],
      ['an image', '/logo.png', { accept: 'image/avif,image/webp,*/*;q=0.8', 'sec-fetch-mode': 'no-cors' }],
      ['an API client', '/users/1', { accept: 'application/json' }],
      ['curl', '/users/1', { accept: '*/*' }],
      ['a client that accepts nothing in particular', '/users/1', {}],
      ['fetch() in a page', '/users/1', { accept: 'text/html', 'sec-fetch-mode': 'cors' }],
      ['a client that refuses HTML', '/users/1', { accept: 'text/html;q=0, */*' }],
      ['a client of another type', '/users/1', { accept: 'text/html-sandboxed' }],
      ['a hidden file', '/.env', NAVIGATION],
    ])('leaves %s with a 404', async (_, path, headers) => {
      const response = await get(path, headers);
      expect(response.status).toBe(404);
      await response.arrayBuffer();
    });

    test('a 404 varies too, so that no cache gives it to a navigation', async () => {
      const response = await get('/users/1', { accept: '*/*' });
      expect(response.headers.get('vary')).toBe('accept, sec-fetch-mode');
    });

    test('is for reading only', async () => {
      expect((await get('/users/1', NAVIGATION, 'POST')).status).toBe(404);
    });

    test('files come before it', async () => {
      const script = await get('/assets/app-1a2b3c.js');
      expect(await script.text()).toBe('script');
      expect(script.headers.get('vary')).toBeNull();
      expect((await get('/docs')).status).toBe(301);
    });
  });

  describe('Cache-Control', () => {
    test('is `no-cache`, and a year for immutable files', async () => {
      expect((await spa[protocol].request('/')).headers.get('cache-control')).toBe('no-cache');
      expect((await spa[protocol].request('/assets/app-1a2b3c.js')).headers.get('cache-control')).toBe(
        'max-age=31536000, immutable',
      );
    });
  });
});
