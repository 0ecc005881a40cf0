import { describe, expect, test } from 'vitest';

import { createMiddleware } from '@blaizejs/middleware';

import { memoryStore } from '../../src/session.ts';
import { Clock, EVERYWHERE, PLACES, SECRET, Site, WatchedStore, WAYS } from './site.ts';

describe.each(EVERYWHERE)('a session $place, $way', ({ place, way }) => {
  test('begins when something is written, with a cookie that only this host has', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    const response = await browser.send('/set?cart=cat');
    const [line = '', ...more] = response.headers.getSetCookie();
    expect(more).toEqual([]);
    expect(line.replace(/=[\w-]+/, '=…')).toBe(
      '__Host-session=…; Max-Age=1800; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(line).not.toContain('cat');
    expect(await browser.get('cart')).toBe('cat');
  });

  test('does not begin when it is read, or when nothing is there to delete or destroy', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/delete': (session) => {
        session.delete('cart');
        session.regenerate();
        return 'deleted';
      },
    });
    for (const path of ['/nothing', '/get?key=cart', '/about', '/sign-out', '/delete']) {
      const response = await site.send(way, path);
      expect([path, response.status, response.headers.getSetCookie()]).toEqual([path, 200, []]);
    }
  });

  test('sends no cookie if nothing has changed', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    for (const path of ['/nothing', '/get?key=cart', '/set?cart=cat', '/about']) {
      expect((await browser.send(path)).headers.getSetCookie()).toEqual([]);
    }
  });

  test('is saved with errors, redirects and answers without content', async () => {
    const write = (session: { set(key: string, value: unknown): void }): void => session.set('at', 'end');
    await using site = await Site.start(PLACES[place](), {
      '/error': (session) => {
        write(session);
        throw new Error('broken');
      },
      '/redirect': (session, { response }) => {
        write(session);
        return response.redirect('/');
      },
      '/empty': (session) => {
        write(session);
      },
      '/refused': (session, { response }) => {
        write(session);
        return response.status(422).json({ code: 'no' });
      },
    });
    for (const [path, status] of [
      ['/error', 500],
      ['/redirect', 302],
      ['/empty', 204],
      ['/refused', 422],
    ] as const) {
      const browser = site.browser(way);
      expect((await browser.send(path, { redirect: 'manual' })).status).toBe(status);
      expect(await browser.get('at')).toBe('end');
    }
  });

  test('tells caches that the answer is for one client', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/public': (session, { response }) => {
        response.header('cache-control', 'public, max-age=60').header('vary', 'accept');
        session.set('a', 1);
        return 'public';
      },
      '/private': (session, { response }) => {
        response.header('cache-control', 'private, max-age=60');
        session.set('a', 2);
        return 'private';
      },
    });
    const browser = site.browser(way);
    const cachingOf = async (path: string): Promise<unknown[]> => {
      const { headers } = await browser.send(path);
      return [headers.get('cache-control'), headers.get('vary')];
    };
    expect(await cachingOf('/public')).toEqual(['no-store', 'accept, Cookie']);
    expect(await cachingOf('/private')).toEqual(['private, max-age=60', 'Cookie']);
    expect(await cachingOf('/get?key=a')).toEqual([null, 'Cookie']);
    expect(await cachingOf('/nothing')).toEqual([null, null]);
  });

  test('is renewed by requests that read it, at most once in a tenth of the idle time', async () => {
    await using site = await Site.start({ ...PLACES[place](), idle: 100_000 });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    const renewals: number[] = [];
    for (let second = 1; second <= 30; second++) {
      clock.advance(1_000);
      const { headers } = await browser.send('/get?key=cart');
      if (headers.getSetCookie().length > 0) renewals.push(second);
      expect((await browser.send('/nothing')).headers.getSetCookie()).toEqual([]);
    }
    expect(renewals).toEqual([10, 20, 30]);
  });

  test('a 304 is not a reason to renew it, but has what was changed', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/read': async (session, { response }) => {
        await session.get('cart');
        return response.status(304);
      },
      '/write': (session, { response }) => {
        session.set('cart', 'dog');
        return response.status(304);
      },
    });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    clock.advance(10 * 60_000);
    const read = await browser.send('/read');
    expect([read.status, read.headers.getSetCookie(), read.headers.get('cache-control')]).toEqual([
      304,
      [],
      null,
    ]);
    const write = await browser.send('/write');
    expect([write.status, write.headers.getSetCookie().length]).toEqual([304, 1]);
    expect(await browser.get('cart')).toBe('dog');
  });

  test('is removed with the attributes that it was set with', async () => {
    const cookie = { domain: 'example.org', path: '/app', sameSite: 'strict', partitioned: true } as const;
    await using site = await Site.start({ ...PLACES[place](), cookie });
    const browser = site.browser(way);
    const [set = ''] = (await browser.send('/set?a=1')).headers.getSetCookie();
    expect(set.replace(/=[\w-]+/, '=…')).toBe(
      '__Secure-session=…; Max-Age=1800; Domain=example.org; Path=/app; HttpOnly; Secure; Partitioned; SameSite=Strict',
    );
    const [removed] = (await browser.send('/sign-out')).headers.getSetCookie();
    expect(removed).toBe(
      '__Secure-session=; Max-Age=0; Domain=example.org; Path=/app; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ' +
        'HttpOnly; Secure; Partitioned; SameSite=Strict',
    );
  });
});

describe.each(WAYS)('%s', (way) => {
  test('a route that does not touch it costs no look into the store', async () => {
    const store = new WatchedStore();
    await using site = await Site.start({ store });
    const browser = site.browser(way);
    await browser.send('/set?a=1');
    store.calls.length = 0;
    for (const path of ['/nothing', '/missing']) await browser.send(path);
    expect(store.calls).toEqual([]);
    await browser.send('/get?key=a');
    expect(store.calls).toEqual(['get', 'get']);
    // Without a cookie, there is nothing to look for.
    await site.send(way, '/get?key=a');
    expect(store.calls).toHaveLength(2);
  });

  test('middleware finds it on every answer, and may write to it in its hook', async () => {
    const count = createMiddleware({
      name: 'count',
      onSend: async (ctx) => {
        const { session } = ctx.state as { session?: { set(key: string, value: unknown): void } };
        session?.set('last', ctx.response.statusCode);
      },
    });
    await using site = await Site.start({ store: memoryStore() }, {});
    site.server.use(count);
    const browser = site.browser(way);
    for (const [path, method, status] of [
      ['/nothing', 'GET', 200],
      ['/missing', 'GET', 404],
      ['/nothing', 'DELETE', 405],
      ['/nothing', 'OPTIONS', 204],
    ] as const) {
      expect((await browser.send(path, { method })).status).toBe(status);
      expect(await browser.get('last')).toBe(status);
    }
  });
});

describe('over plain http', () => {
  const http = { tls: false, http2: { enabled: false } } as const;
  const from = (host: string) => ({ headers: { host } });

  test('the cookie stays Secure, and a warning says once that browsers drop it', async () => {
    await using site = await Site.start({ secret: SECRET }, {}, http);
    const response = await site.send('http1', '/set?a=1', from('app.internal:8080'));
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-session=.*Secure/);
    await site.send('http1', '/set?a=1', from('app.internal'));
    expect(site.logged).toEqual([expect.stringContaining('__Host-session was set in an answer over http')]);
  });

  test('there is no warning on localhost, where browsers keep it, nor behind a proxy that is trusted', async () => {
    await using site = await Site.start({ secret: SECRET }, {}, { ...http, trustProxy: 1 });
    for (const host of ['localhost:3000', 'app.localhost', '127.0.0.1', '[::1]:80']) {
      await site.send('http1', '/set?a=1', from(host));
    }
    await site.send('http1', '/set?a=1', {
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'example.org' },
    });
    expect(site.logged).toEqual([]);
  });

  test('`secure: false` is for plain http, without a prefix', async () => {
    await using site = await Site.start({ secret: SECRET, cookie: { secure: false } }, {}, http);
    const response = await site.send('http1', '/set?a=1', from('app.internal'));
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^session=[\w-]+; Max-Age=1800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(site.logged).toEqual([]);
  });
});
