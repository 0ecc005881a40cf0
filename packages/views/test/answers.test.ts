import { gunzipSync } from 'node:zlib';

import { expect, test, vi } from 'vitest';

import { compress } from '@blaizejs/middleware/compress';
import { reply } from '@blaizejs/context';
import { etag } from '@blaizejs/middleware/etag';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import type { Context } from '@blaizejs/types';

// Under another name, Prettier leaves them as they are.
import { html as page, type Html, type HtmlValue } from '../src/index.ts';
import { onEveryWay } from '../../../tooling/test/ways.ts';

/** A promise that a test resolves. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  // It may be rejected before a handler has it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

let part = later<HtmlValue>();
let log: string[] = [];

async function* endless(size = 1): AsyncGenerator<Html> {
  try {
    for (let count = 0; ; count++) {
      log.push(`made ${count}`);
      yield page`<p>${count} ${'x'.repeat(size)}</p>`;
    }
  } finally {
    log.push('over');
  }
}

/** Waits for something that never comes, and says when it is let go. */
const silent = {
  [Symbol.asyncIterator]: () => ({
    next: () => {
      log.push('waiting');
      return new Promise<IteratorResult<string>>(() => undefined);
    },
    return: () => {
      log.push('let go');
      return Promise.resolve({ done: true as const, value: undefined });
    },
  }),
};

const ROUTES: Record<string, (ctx: Context) => unknown> = {
  '/page': () => page`<h1>${'Grüße & <b>'}</h1>`,
  '/status': () => reply(404, page`<p>Not here.</p>`, { 'x-a': '1' }),
  '/recorded': ({ response }) => response.status(201).html(page`<p>new</p>`),
  '/type': ({ response }) => response.type('image/svg+xml').send(page`<svg></svg>`),
  '/format': ({ response }) => response.format({ json: () => ({ a: 1 }), html: () => page`<p>a</p>` }),
  '/slow': () => page`<p>first</p>${part.promise}<p>last</p>`,
  '/late': () => page`${part.promise}<p>last</p>`,
  '/two': () => page`<p>first</p>${part.promise}${Promise.reject(new Error('second'))}`,
  '/broken': () => page`<p>${{ a: 1 } as never}</p>`,
  '/broken-item': () => page`<p>first</p>${part.promise.then(() => new Date() as never)}`,
  '/endless': () => page`<ul>${endless()}</ul>`,
  '/large': () => page`<ul>${endless(20_000)}</ul>`,
  '/silent': () => page`<p>first</p>${silent}`,
  '/big': () => page`<ul>${Array.from({ length: 5000 }, (_, index) => page`<li>${index}</li>`)}</ul>`,
};

onEveryWay(
  'a page',
  () => ({ mode: 'production' }),
  (router) => {
    for (const [path, handler] of Object.entries(ROUTES)) router.addRoute('GET', path, { handler });
    router.addRoute('GET', '/all', {
      middleware: [securityHeaders({ nonces: true }), compress(), etag()],
      handler: () => page`<p>${'a long page '.repeat(500)}</p>`,
    });
    router.addRoute('GET', '/flushed', {
      middleware: [compress()],
      handler: () => page`<p>first</p>${part.promise}`,
    });
  },
  (reach) => {
    test('is HTML with a length', async () => {
      const response = await reach().request('/page');
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toBe('<h1>Grüße &amp; &lt;b&gt;</h1>');
      expect(response.headers.get('content-length')).toBe('32');
    });

    test('has the status and headers of reply(), and of ctx.response', async () => {
      const missing = await reach().request('/status');
      expect([missing.status, missing.headers.get('x-a'), await missing.text()]).toEqual([
        404,
        '1',
        '<p>Not here.</p>',
      ]);
      const created = await reach().request('/recorded');
      expect([created.status, created.headers.get('content-type')]).toEqual([
        201,
        'text/html; charset=utf-8',
      ]);
    });

    test('keeps another type, and is one of several formats', async () => {
      const svg = await reach().request('/type');
      expect([svg.headers.get('content-type'), await svg.text()]).toEqual(['image/svg+xml', '<svg></svg>']);
      const page = await reach().request('/format', { headers: { accept: 'text/html' } });
      expect([page.headers.get('content-type'), await page.text()]).toEqual([
        'text/html; charset=utf-8',
        '<p>a</p>',
      ]);
    });

    test('answers HEAD as GET, without content, and lets streams go', async () => {
      const head = await reach().request('/page', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '32']);
      log = [];
      const streamed = await reach().request('/silent', { method: 'HEAD' });
      expect([streamed.status, streamed.headers.get('content-type'), await streamed.text()]).toEqual([
        200,
        'text/html; charset=utf-8',
        '',
      ]);
      expect(log).not.toContain('waiting');
    });

    test('sends what is there at once, and the rest when it comes', async () => {
      part = later();
      const response = await reach().request('/slow');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const first = await reader.read();
      expect(new TextDecoder().decode(first.value)).toBe('<p>first</p>');
      part.resolve([page`<i>${'<'}</i>`, 2, null]);
      let rest = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        rest += new TextDecoder().decode(value);
      }
      expect(rest).toBe('<i>&lt;</i>2<p>last</p>');
    });

    test('is a 500 if it fails before anything was sent', async () => {
      part = later();
      const pending = reach().request('/late');
      part.reject(new Error('no database'));
      const response = await pending;
      expect([response.status, response.headers.get('content-type')]).toEqual([
        500,
        'application/problem+json',
      ]);
      expect((await reach().request('/broken')).status).toBe(500);
    });

    test.each(['/slow', '/broken-item'])('%s is broken off if it fails in the middle', async (path) => {
      part = later();
      const response = await reach().request(path);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('<p>first</p>');
      if (path === '/slow') part.reject(new Error('no database'));
      else part.resolve(1);
      await expect(reader.read()).rejects.toThrow();
    });

    test('survives a part that fails before its turn', async () => {
      part = later();
      const response = await reach().request('/two');
      part.resolve('one');
      await expect(response.text()).rejects.toThrow();
    });

    test.each(['/endless', '/large'])(
      '%s makes no more than the client reads, and stops when it leaves',
      async (path) => {
        log = [];
        const controller = new AbortController();
        const response = await reach().request(path, { signal: controller.signal });
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        await reader.read();
        if (path === '/large') {
          let before = -1;
          // Nobody reads: sooner or later, nothing is made any more.
          await vi.waitUntil(
            () => {
              const isStill = log.length === before;
              before = log.length;
              return isStill;
            },
            { interval: 100, timeout: 10_000 },
          );
          expect(log.length).toBeLessThan(1500);
        }
        await reader.cancel();
        controller.abort();
        await vi.waitUntil(() => log.includes('over'), 5000);
      },
    );

    test('lets go of what it waits for when the client leaves', async () => {
      log = [];
      const controller = new AbortController();
      const response = await reach().request('/silent', { signal: controller.signal });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      await vi.waitUntil(() => log.includes('waiting'));
      await reader.cancel();
      controller.abort();
      await vi.waitUntil(() => log.includes('let go'), 5000);
    });

    test('is compressed, has a tag, and the headers of securityHeaders()', async () => {
      const headers = { 'accept-encoding': 'gzip' };
      const response = await reach().request('/all', { headers });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(response.headers.get('content-security-policy')).toContain("'nonce-");
      expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toContain('a long page');
      const tag = response.headers.get('etag') as string;
      const again = await reach().request('/all', { headers: { ...headers, 'if-none-match': tag } });
      expect(again.status).toBe(304);
    });

    test('sends what is there at once when it is compressed, too', async () => {
      part = later();
      const response = await reach().request('/flushed', { headers: { 'accept-encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      part.resolve('');
      await reader.cancel();
    });

    test('may be large', async () => {
      const text = await (await reach().request('/big')).text();
      expect(text.endsWith('<li>4999</li></ul>')).toBe(true);
    });
  },
);
