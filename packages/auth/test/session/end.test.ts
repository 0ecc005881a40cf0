import { describe, expect, test } from 'vitest';

import { memoryStore } from '../../src/session.ts';
import { EVERYWHERE, Gate, PLACES, SECRET, Site, WatchedStore, type Way, WAYS } from './site.ts';

describe.each(EVERYWHERE)('a session $place, $way', ({ place, way }) => {
  test('gets another id when someone signs in, and the planted one stays without rights', async () => {
    await using site = await Site.start(PLACES[place]());
    const victim = site.browser(way);
    await victim.send('/set?cart=cat');
    const attacker = victim.copy();
    const before = await attacker.ask('/about');
    await victim.send('/sign-in');
    expect(await victim.ask('/about')).not.toEqual(before);
    expect([await victim.get('user'), await victim.get('cart')]).toEqual(['ada', 'cat']);
    expect([await attacker.get('user'), await attacker.get('cart')]).toEqual([null, null]);
    expect(await attacker.ask('/about')).toEqual({ id: null, isNew: true });
  });

  test('is over when someone signs out: the cookie is removed, and a copy is worth nothing', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const thief = browser.copy();
    expect((await browser.send('/sign-out')).status).toBe(200);
    expect(browser.cookie).toBe('');
    expect(await thief.get('user')).toBe(null);
    const replayed = thief.cookie;
    await thief.send('/set?a=1');
    expect(thief.cookie).not.toBe(replayed);
    expect([await thief.get('a'), await thief.get('user')]).toEqual(['1', null]);
  });

  test.each(['/slow-reader', '/slow-writer', '/slow-sign-in'])(
    'is not brought back by %s, which began before it was over',
    async (path) => {
      const gate = new Gate();
      await using site = await Site.start(PLACES[place](), {
        '/slow-reader': async (session) => {
          await session.get('user');
          await gate.pass();
          session.set('late', true);
        },
        '/slow-writer': async (session) => {
          await gate.pass();
          session.set('late', true);
        },
        '/slow-sign-in': async (session) => {
          await session.get('user');
          await gate.pass();
          session.regenerate();
          session.set('role', 'admin');
        },
      });
      const browser = site.browser(way);
      await browser.send('/sign-in');
      const thief = browser.copy();
      const slow = browser.copy();
      const running = slow.send(path);
      await gate.arrival;
      await browser.send('/sign-out');
      gate.open();
      const response = await running;
      expect([response.status, response.headers.getSetCookie()]).toEqual([204, []]);
      expect([await thief.get('user'), await thief.get('late'), await slow.get('late')]).toEqual([
        null,
        null,
        null,
      ]);
      expect(site.logged).toEqual([expect.stringContaining('Changes to a session were dropped')]);
    },
  );

  test('that was given another id ends with the old cookie too, which was sent before the new one came', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    const early = browser.copy();
    await browser.send('/sign-in');
    expect((await early.send('/sign-out')).headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect(await browser.get('user')).toBe(null);
  });

  test('that was given another id keeps it: a request with the old cookie does not set another', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    const early = browser.copy();
    await browser.send('/sign-in');
    expect((await early.send('/set?page=2')).headers.getSetCookie()).toEqual([]);
    expect(await browser.get('user')).toBe('ada');
  });

  test('two sign-ins at once both succeed', async () => {
    const gate = new Gate();
    await using site = await Site.start(PLACES[place](), {
      '/slow-sign-in': async (session) => {
        await session.get('cart');
        await gate.pass();
        session.regenerate();
        session.set('user', 'ada');
      },
    });
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    const second = browser.copy();
    const running = second.send('/slow-sign-in');
    await gate.arrival;
    await browser.send('/sign-in');
    gate.open();
    await running;
    for (const each of [browser, second]) {
      expect([await each.get('user'), await each.get('cart')]).toEqual(['ada', 'cat']);
    }
  });

  test('what is written after destroy() begins another one, without the old data', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/switch': async (session) => {
        const before = await session.id();
        session.destroy();
        const between = [await session.get('user'), await session.id(), await session.isNew()];
        session.set('user', 'eve');
        return { between, isAnother: (await session.id()) !== before, user: await session.get('user') };
      },
    });
    const browser = site.browser(way);
    await browser.send('/set?user=ada&cart=cat');
    const old = browser.copy();
    expect(await browser.ask('/switch')).toEqual({
      between: [null, null, true],
      isAnother: true,
      user: 'eve',
    });
    expect([await browser.get('user'), await browser.get('cart'), await old.get('user')]).toEqual([
      'eve',
      null,
      null,
    ]);
  });

  test('the id that a request is told is the one that the next one finds', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/begin': async (session) => {
        session.set('a', 1);
        return { id: await session.id(), isNew: await session.isNew() };
      },
      '/change': async (session) => {
        session.regenerate();
        return { id: await session.id(), isNew: await session.isNew() };
      },
    });
    const browser = site.browser(way);
    const begun = (await browser.ask('/begin')) as { readonly id: string; readonly isNew: boolean };
    expect(begun.isNew).toBe(true);
    expect(await browser.ask('/about')).toEqual({ ...begun, isNew: false });
    const changed = (await browser.ask('/change')) as { readonly id: string };
    expect(changed.id).not.toBe(begun.id);
    expect(await browser.ask('/about')).toEqual(changed);
    expect(browser.cookie).not.toContain(changed.id);
  });
});

describe.each(WAYS)('sealed cookies of several processes, %s', (way: Way) => {
  test('a common store of revocations ends them everywhere', async () => {
    const revocations = memoryStore();
    await using one = await Site.start({ secret: SECRET, revocations });
    await using other = await Site.start({ secret: SECRET, revocations });
    const browser = one.browser(way);
    await browser.send('/sign-in');
    const { cookie } = browser;
    const ask = async (): Promise<string> =>
      (await other.send(way, '/get?key=user', { headers: { cookie } })).text();
    expect(await ask()).toBe('"ada"');
    await browser.send('/sign-out');
    expect(await ask()).toBe('null');
  });

  test('without one, a copy of the cookie works in other processes until it expires', async () => {
    await using one = await Site.start({ secret: SECRET });
    await using same = await Site.start({ secret: SECRET });
    await using other = await Site.start({ secret: SECRET, revocations: memoryStore() });
    const browser = one.browser(way);
    await browser.send('/sign-in');
    const headers = { cookie: browser.cookie };
    await browser.send('/sign-out');
    const userIn = async (site: Site): Promise<string> =>
      (await site.send(way, '/get?key=user', { headers })).text();
    expect([await userIn(same), await userIn(other)]).toEqual(['null', '"ada"']);
  });

  test('if it fails, the answer is a 503, and the client keeps its session', async () => {
    const revocations = new WatchedStore();
    await using site = await Site.start({ secret: SECRET, revocations });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const { cookie } = browser;
    revocations.before = () => Promise.reject(new Error('away'));
    for (const path of ['/get?key=user', '/set?a=1', '/sign-in', '/sign-out']) {
      expect([path, (await browser.send(path)).status, browser.cookie]).toEqual([path, 503, cookie]);
    }
    expect((await browser.send('/nothing')).status).toBe(200);
    revocations.before = () => undefined;
    expect(await browser.get('user')).toBe('ada');
  });
});
