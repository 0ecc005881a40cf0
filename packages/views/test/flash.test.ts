import { afterEach, expect, test, vi } from 'vitest';

import { createApp } from '@blaizejs/app';
import { ConflictError } from '@blaizejs/errors';
import { etag } from '@blaizejs/middleware/etag';
import { createGetRoute, createPostRoute } from '@blaizejs/router';

import { flash, type FlashOptions } from '../src/flash.ts';
import { html } from '../src/index.ts';
import { onEveryWay } from '../../../tooling/test/ways.ts';

const SECRET = 'a secret for tests that is long enough';

type Send = (path: string, init?: { method?: string; headers?: Record<string, string> }) => Promise<Response>;

/** Keeps cookies as a browser does. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  async send(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const response = await this.#send(path, { method, headers: { ...headers, ...(cookie && { cookie }) } });
    this.keep(response);
    return response;
  }

  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  async page(path = '/'): Promise<string> {
    return (await this.send(path)).text();
  }
}

const messages = flash({ secret: SECRET });

const ROUTES = [
  [
    'GET',
    '/',
    createGetRoute({
      middleware: [messages],
      handler: ({ state }) =>
        html`${state.flash.take().map(({ kind, text }) => html`<p class=${kind}>${text}</p>`)}`,
    }),
  ],
  ['GET', '/asset', createGetRoute({ middleware: [messages], handler: () => 'asset' })],
  [
    'GET',
    '/again',
    createGetRoute({
      middleware: [messages],
      handler: ({ state, response }) => {
        state.flash.take();
        return response.redirect('/', 303);
      },
    }),
  ],
  [
    'GET',
    '/tagged',
    createGetRoute({
      middleware: [messages, etag()],
      handler: ({ state, response }) =>
        response.header('etag', '"1"').html(html`${state.flash.take().map(({ text }) => text)}`),
    }),
  ],
  [
    'GET',
    '/error',
    createGetRoute({
      middleware: [messages],
      handler: ({ state }) => {
        state.flash.take();
        state.flash.add('success', 'never');
        throw new ConflictError('no');
      },
    }),
  ],
  [
    'POST',
    '/save',
    createPostRoute({
      middleware: [messages],
      handler: ({ state, request, response }) => {
        state.flash.add('success', String(request.query.text ?? 'Saved <b> äöü €'));
        return response.redirect('/', 303);
      },
    }),
  ],
  [
    'POST',
    '/show',
    createPostRoute({
      middleware: [messages],
      handler: ({ state }) => {
        state.flash.add('error', 'Not saved');
        return html`${state.flash.take().map(({ text }) => text)}`;
      },
    }),
  ],
] as const;

onEveryWay(
  'messages',
  () => ({ mode: 'production' }),
  (router) => {
    const add = router.addRoute.bind(router) as (method: string, path: string, route: unknown) => void;
    for (const [method, path, route] of ROUTES) add(method, path, route);
  },
  (reach) => {
    const browser = (): Browser =>
      new Browser((path, init) => reach().request(path, { ...init, redirect: 'manual' }));

    test('are shown once, on the next page', async () => {
      const own = browser();
      const saved = await own.send('/save', 'POST');
      expect(saved.status).toBe(303);
      const [line = ''] = saved.headers.getSetCookie();
      expect(line.replace(/^(__Host-flash-)[\da-f]{12}=[\w-]+/, '$1…')).toBe(
        '__Host-flash-…; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
      );
      expect(decodeURIComponent(line)).not.toContain('Saved');
      expect(saved.headers.get('cache-control')).toBe('no-store');
      const page = await own.send('/');
      expect(await page.text()).toBe('<p class="success">Saved &lt;b&gt; äöü €</p>');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('vary')).toBe('Cookie');
      expect(own.cookies.size).toBe(0);
      expect(await own.page()).toBe('');
    });

    test('cost nothing where there are none', async () => {
      for (const path of ['/', '/asset']) {
        const response = await browser().send(path);
        expect([response.headers.getSetCookie(), response.headers.get('cache-control')]).toEqual([[], null]);
      }
    });

    test('survive assets, HEAD, redirects and errors', async () => {
      const own = browser();
      await own.send('/save', 'POST');
      await own.send('/asset');
      await own.send('/', 'HEAD');
      expect((await own.send('/again')).status).toBe(303);
      expect((await own.send('/error')).status).toBe(409);
      expect((await own.send('/missing')).status).toBe(404);
      expect(await own.page()).toBe('<p class="success">Saved &lt;b&gt; äöü €</p>');
      expect(await own.page()).toBe('');
    });

    test('are not lost on a 304, and no page with one has a tag', async () => {
      const own = browser();
      const first = await own.send('/tagged');
      expect(first.headers.get('etag')).toBe('"1"');
      await own.send('/save?text=x', 'POST');
      const unchanged = await own.send('/tagged', 'GET', { 'if-none-match': '"1"' });
      expect(unchanged.status).toBe(304);
      expect(own.cookies.size).toBe(1);
      const page = await own.send('/tagged');
      expect([await page.text(), page.headers.get('etag'), own.cookies.size]).toEqual(['x', null, 0]);
    });

    test('of the same answer are shown in it', async () => {
      const own = browser();
      await own.send('/save?text=before', 'POST');
      expect(await (await own.send('/show', 'POST')).text()).toBe('beforeNot saved');
      expect(await own.page()).toBe('');
    });

    test('of answers at the same time, in two tabs, are all shown', async () => {
      const own = browser();
      const two = await Promise.all([own.send('/save?text=one', 'POST'), own.send('/save?text=two', 'POST')]);
      for (const response of two) own.keep(response);
      const page = await own.page();
      expect([page.includes('one'), page.includes('two')]).toEqual([true, true]);
      expect(own.cookies.size).toBe(0);
    });

    test('that come while a page is made are not removed with those that it shows', async () => {
      const own = browser();
      await own.send('/save?text=one', 'POST');
      const page = own.send('/');
      own.keep(await reach().request('/save?text=two', { method: 'POST', redirect: 'manual' }));
      expect(await (await page).text()).toContain('one');
      expect(await own.page()).toContain('two');
    });

    test('are bounded', async () => {
      const own = browser();
      for (let index = 0; index < 10; index++) {
        await own.send(`/save?text=${index}${'x'.repeat(900)}`, 'POST');
        const size = [...own.cookies].join('; ').length;
        expect([own.cookies.size <= 3, size < 5000]).toEqual([true, true]);
      }
      const page = await own.page();
      expect(page.match(/\d(?=x)/g)).toEqual(['7', '8', '9']);
      const long = await own.send(`/save?text=${'x'.repeat(2000)}`, 'POST');
      expect([long.status, long.headers.getSetCookie()]).toEqual([500, []]);
    });

    test('that are forged, moved or cut are ignored, and removed', async () => {
      const own = browser();
      await own.send('/save?text=one', 'POST');
      const [[name = '', value = ''] = []] = own.cookies;
      const flipped = `${value.slice(0, 20)}${value[20] === 'A' ? 'B' : 'A'}${value.slice(21)}`;
      for (const [other, forged] of [
        [name, flipped],
        [name, value.slice(0, -4)],
        [name, ''],
        [name, 'x'],
        [name, 'A'.repeat(4000)],
        ['__Host-flash-000000000000', value],
        ['__Host-flash-0123456789ab', Buffer.from('[1,"success","forged"]').toString('base64url')],
      ] as const) {
        own.cookies.clear();
        own.cookies.set(other, forged);
        expect([forged, await own.page(), own.cookies.size]).toEqual([forged, '', 0]);
      }
    });

    // Scripts and sites of a sibling domain can set such cookies. Node has no way to set, and so to remove, most of them.
    test.each(['x', 'a b', 'a\tb', 'é', '[1]', 'sale', '000000000000 x'])(
      'have names of their own: a cookie whose name ends with %j is left alone',
      async (end) => {
        const response = await reach().request('/', { headers: { cookie: `__Host-flash-${end}=1` } });
        expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
      },
    );

    test('of a client that sends very many cookies take little time', async () => {
      const cookie = Array.from(
        { length: 150 },
        (_, index) => `__Host-flash-${String(index).padStart(12, '0')}=${'A'.repeat(60)}`,
      ).join('; ');
      const response = await reach().request('/', { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie().length).toBeLessThanOrEqual(8);
    });
  },
);

async function appWith(options: FlashOptions): Promise<Browser> {
  const app = createApp({ middleware: [flash(options)], mode: 'production' });
  app.router.addRoute(
    'GET',
    '/',
    createGetRoute({
      handler: (ctx) =>
        flashOf(ctx)
          .take()
          .map(({ text }) => text)
          .join(),
    }),
  );
  app.router.addRoute(
    'GET',
    '/add',
    createGetRoute({
      handler: (ctx) => {
        flashOf(ctx).add('success', 'x');
      },
    }),
  );
  app.router.addRoute(
    'GET',
    '/late',
    createGetRoute({
      handler: (ctx) =>
        html`<p>
          ${Promise.resolve()
            .then(() => new Promise((resolve) => setTimeout(resolve, 20)))
            .then(() => flashOf(ctx).take().length)}
        </p>`,
    }),
  );
  await app.ready();
  return new Browser((path, init) => app.fetch(new Request(`https://example.com${path}`, init)));
}

function flashOf(ctx: unknown): {
  take(): readonly { text: string }[];
  add(kind: string, text: string): void;
} {
  return (ctx as { state: { flash: never } }).state.flash;
}

afterEach(() => {
  vi.useRealTimers();
});

test('are forgotten after ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const own = await appWith({ secret: SECRET });
  await own.send('/add');
  vi.advanceTimersByTime(601_000);
  expect([await own.page(), own.cookies.size]).toEqual(['', 0]);
});

test('secrets can be changed', async () => {
  const before = await appWith({ secret: SECRET });
  await before.send('/add');
  const after = await appWith({ secret: ['another secret for tests, long enough', SECRET] });
  for (const [name, value] of before.cookies) after.cookies.set(name, value);
  expect(await after.page()).toBe('x');
  const other = await appWith({ secret: 'another secret for tests, long enough' });
  for (const [name, value] of before.cookies) other.cookies.set(name, value);
  expect(await other.page()).toBe('');
});

test('without TLS, cookies have no prefix', async () => {
  const own = await appWith({ secret: SECRET, secure: false });
  const [line = ''] = (await own.send('/add')).headers.getSetCookie();
  expect(line).toMatch(/^flash-[\da-f]{12}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(await own.page()).toBe('x');
});

test('what is taken after the page has begun is an error, and breaks it off', async () => {
  const own = await appWith({ secret: SECRET });
  const response = await own.send('/late');
  await expect(response.text()).rejects.toThrow();
});

test('options are checked, and no secret is shown', () => {
  expect(() => flash({ secret: 'hunter2' })).toThrow(/secret .*at least 32 bytes/s);
  expect(() => flash({ secret: 'hunter2' })).not.toThrow('hunter2');
  expect(() => flash({ secret: undefined })).toThrow('openssl rand');
  expect(() => flash({ secrets: SECRET } as never)).toThrow('Did you mean `secret`?');
  expect(() => flash({ secret: [] })).toThrow('at least 32 bytes');
});
