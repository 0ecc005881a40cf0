import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createMiddleware } from '@blaizejs/middleware';
import { startTestServer } from '@blaizejs/testing';

import { memoryStore, session } from '../../src/session.ts';
import { EVERYWHERE, Gate, PLACES, SECRET, sessionOf, Site, WatchedStore, WAYS } from './site.ts';

const SENT = expect.objectContaining({ code: 'ERR_BLAIZE_SESSION_SENT' }) as Error;

const CIRCLE: unknown[] = [];
CIRCLE.push(CIRCLE);

describe.each(EVERYWHERE)('a session $place, $way', ({ place, way }) => {
  test('can be read while an answer streams, but not changed', async () => {
    const caught: unknown[] = [];
    await using site = await Site.start(PLACES[place](), {
      '/stream': (session, { response }) => {
        session.set('before', 1);
        const chunks = async function* (): AsyncGenerator<string> {
          yield JSON.stringify([await session.get('before'), await session.get('cart')]);
          for (const change of [
            () => session.set('after', 1),
            () => session.delete('cart'),
            () => session.regenerate(),
            () => session.destroy(),
          ]) {
            try {
              change();
            } catch (error) {
              caught.push(error);
            }
          }
        };
        return response.stream(chunks());
      },
    });
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    const response = await browser.send('/stream');
    expect(await response.text()).toBe('[1,"cat"]');
    expect(caught).toEqual([SENT, SENT, SENT, SENT]);
    expect((caught[0] as Error).message).toContain('after its answer was sent');
    expect([await browser.get('before'), await browser.get('after'), await browser.get('cart')]).toEqual([
      1,
      null,
      'cat',
    ]);
  });

  test('a stream that changes it breaks off, or is a 500 if nothing was sent', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/stream': (session, { response }) =>
        response.stream(
          Readable.from(
            (function* () {
              session.set('a', 1);
              yield 'never';
            })(),
          ),
        ),
    });
    const response = await site.send(way, '/stream');
    expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
    expect(site.logged.join()).toContain('The session was changed after its answer was sent');
  });

  test('what was written before a timeout is saved, and what comes after it is refused', async () => {
    const gate = new Gate();
    let refused: unknown;
    await using site = await Site.start(
      PLACES[place](),
      {
        '/slow': async (session) => {
          session.set('before', 1);
          await gate.pass();
          try {
            session.set('after', 1);
          } catch (error) {
            refused = error;
          }
        },
      },
      { limits: { handlerTimeout: 50 } },
    );
    const browser = site.browser(way);
    const response = await browser.send('/slow');
    expect([response.status, response.headers.getSetCookie().length]).toEqual([503, 1]);
    gate.open();
    await expect.poll(() => refused).toEqual(SENT);
    expect([await browser.get('before'), await browser.get('after')]).toEqual([1, null]);
  });

  test.each<[name: string, value: unknown, why: string]>([
    ['a function', () => 1, 'JSON has no value of type function'],
    ['a BigInt', 1n, 'JSON has no such value'],
    ['a circle', CIRCLE, 'JSON has no such value'],
  ])('%s is refused when it is set', async (_name, value, why) => {
    await using site = await Site.start(PLACES[place](), {
      '/set-it': (session) => session.set('it', value),
    });
    const response = await site.send(way, '/set-it');
    expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
    expect(site.logged.join()).toContain(`The session can't keep the value of "it": ${why}`);
  });

  test('an object from get() may be changed and set again, and is not saved without that', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/begin': (session) => session.set('cart', ['cat']),
      '/push': async (session, { request: { query } }) => {
        const cart = (await session.get('cart')) as string[];
        cart.push('dog');
        if (query.save) session.set('cart', cart);
        return cart;
      },
    });
    const browser = site.browser(way);
    await browser.send('/begin');
    expect(await browser.ask('/push')).toEqual(['cat', 'dog']);
    expect(await browser.get('cart')).toEqual(['cat']);
    await browser.send('/push?save=1');
    expect(await browser.get('cart')).toEqual(['cat', 'dog']);
  });

  test('flash() reads once', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/flash': async (session, { response }) => response.json((await session.flash('notice')) ?? null),
    });
    const browser = site.browser(way);
    expect(await browser.ask('/flash')).toBe(null);
    await browser.send('/set?notice=saved');
    expect([await browser.ask('/flash'), await browser.ask('/flash')]).toEqual(['saved', null]);
  });

  test('a schema reads what comes back, and data of an earlier release that does not fit is ignored', async () => {
    const options = PLACES[place]();
    await using before = await Site.start(options);
    const schema = z.object({ seen: z.coerce.date().optional(), visits: z.number().default(0) });
    await using after = await Site.start(
      { ...options, schema },
      {
        '/read': async (session) => [
          (await session.get('seen')) instanceof Date,
          await session.get('visits'),
        ],
        '/write': (session) => {
          session.set('seen', new Date());
          session.delete('visits');
        },
        '/wrong': (session) => session.set('visits', 'many'),
      },
    );
    const browser = after.browser(way);
    await browser.send('/write');
    expect(await browser.ask('/read')).toEqual([true, 0]);
    const wrong = await browser.send('/wrong');
    expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([500, []]);
    expect(after.logged.join()).toMatch(/its schema rejects "visits": .*expected number/);
    expect(after.logged.join()).not.toContain('many');

    const old = before.browser(way);
    await old.send('/set?visits=many');
    const { cookie } = old;
    const read = await after.send(way, '/read', { headers: { cookie } });
    expect([read.status, await read.json()]).toEqual([200, [false, null]]);
    expect(after.logged.join()).toContain('does not fit its schema any more');
    const out = await after.send(way, '/sign-out', { headers: { cookie } });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    if (place === 'in a store') expect(await old.get('visits')).toBe(null);
  });
});

describe.each(WAYS)('%s', (way) => {
  test('the same middleware twice is once, and another one takes its place further in', async () => {
    const store = new WatchedStore();
    const outer = session({ store });
    const inner = session({ secret: SECRET, cookie: { name: '__Host-admin' } });
    const touch = createMiddleware({ name: 'touch', onRequest: (ctx) => sessionOf(ctx).set('outer', 1) });
    await using app = await startTestServer({ middleware: [outer, touch] });
    const handler = (ctx: object): void => sessionOf(ctx).set('a', 1);
    app.server.router.addRoute('GET', '/twice', { middleware: [outer], handler });
    app.server.router.addRoute('GET', '/inner', { middleware: [inner], handler });
    const namesOf = async (path: string): Promise<string[]> => {
      const response = await (way === 'in process'
        ? app.server.fetch(new Request(`https://localhost${path}`))
        : app[way].request(path));
      return response.headers.getSetCookie().map((line) => line.slice(0, line.indexOf('=')));
    };
    expect(await namesOf('/twice')).toEqual(['__Host-session']);
    expect(await namesOf('/inner')).toEqual(['__Host-admin', '__Host-session']);
    expect(app.server.middleware.map(({ name }) => name)).toEqual(['session', 'touch']);
  });

  test('a store that fails after the handler is a 503 instead of its answer', async () => {
    const store = new WatchedStore();
    await using site = await Site.start(
      { store },
      {
        '/stream': (own, { response }) => {
          own.set('a', 1);
          return response.stream(Readable.from(['secret answer']));
        },
      },
    );
    store.before = (method) => {
      if (method === 'set') throw new Error('full');
    };
    const response = await site.send(way, '/stream');
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    expect(await response.text()).not.toContain('secret answer');
  });
});

test.each(WAYS)('%s: a store that hangs for longer than the answer may take is a 503, once', async (way) => {
  const store = new WatchedStore();
  await using site = await Site.start({ store }, {}, { limits: { handlerTimeout: 50 } });
  const browser = site.browser(way);
  await browser.send('/sign-in');
  const gate = new Gate();
  store.before = (method) => (method === 'set' ? gate.pass() : undefined);
  const response = await browser.send('/set?a=1');
  expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
  store.before = () => undefined;
  gate.open();
  expect([await browser.get('user'), await browser.get('a')]).toEqual(['ada', '1']);
  expect(site.logged.join()).not.toContain('ERR_BLAIZE_RESPONSE_SENT');
  expect(site.logged.join()).not.toContain('after it had been sent');
});

test('changes that no hook can save are reported', async () => {
  await using site = await Site.start(
    { store: memoryStore() },
    {
      '/raw': (own, { response }) => {
        own.set('a', 1);
        const raw = response.raw as { writeHead(status: number): { end(text: string): void } };
        raw.writeHead(200).end('raw');
      },
    },
  );
  const response = await site.send('http1', '/raw');
  expect([await response.text(), response.headers.getSetCookie()]).toEqual(['raw', []]);
  await expect.poll(() => site.logged.join()).toContain('Changes to a session were lost');
});
