import { describe, expect, test } from 'vitest';

import { Clock, EVERYWHERE, PLACES, Site, WatchedStore } from './site.ts';

const MINUTE = 60_000;
const LIMITS = { idle: 10 * MINUTE, absolute: 60 * MINUTE };

describe.each(EVERYWHERE)('a session $place, $way', ({ place, way }) => {
  test('ends if it is not used, even if the client keeps its cookie', async () => {
    await using site = await Site.start({ ...PLACES[place](), ...LIMITS });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    clock.advance(10 * MINUTE - 1);
    expect(await browser.copy().get('cart')).toBe('cat');
    const idle = site.browser(way);
    await idle.send('/set?cart=cat');
    clock.advance(10 * MINUTE);
    expect([await idle.get('cart'), await idle.ask('/about')]).toEqual([null, { id: null, isNew: true }]);
  });

  test('ends at its absolute limit, however often it is used and written', async () => {
    await using site = await Site.start({ ...PLACES[place](), ...LIMITS });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    let maxAge = '';
    for (let minutes = 5; minutes < 60; minutes += 5) {
      clock.advance(5 * MINUTE);
      // A new id does not make it live longer.
      const path = minutes === 30 ? '/sign-in' : `/set?n=${minutes}`;
      const [line = ''] = (await browser.send(path)).headers.getSetCookie();
      maxAge = /Max-Age=(\d+)/.exec(line)?.[1] ?? '';
      expect(await browser.get('cart')).toBe('cat');
    }
    expect(maxAge).toBe('300');
    clock.advance(5 * MINUTE);
    expect(await browser.get('cart')).toBe(null);
  });

  test('what comes after its end is a new session with another id', async () => {
    await using site = await Site.start({ ...PLACES[place](), ...LIMITS });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    const before = [browser.cookie, await browser.ask('/about')];
    clock.advance(11 * MINUTE);
    await browser.send('/set?cart=dog');
    const after = [browser.cookie, await browser.ask('/about')];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toEqual(before[1]);
    expect(await browser.get('cart')).toBe('dog');
  });

  test('survives a clock that goes back a little, and ends rather than live on if it goes back far', async () => {
    await using site = await Site.start({ ...PLACES[place](), ...LIMITS });
    const browser = site.browser(way);
    using clock = new Clock();
    await browser.send('/set?cart=cat');
    clock.advance(-4 * MINUTE);
    expect(await browser.get('cart')).toBe('cat');
    expect((await browser.send('/set?cart=dog')).headers.getSetCookie()).toHaveLength(1);
    clock.advance(-10 * MINUTE);
    expect(await browser.get('cart')).toBe(null);
    await browser.send('/set?cart=mouse');
    expect(await browser.get('cart')).toBe('mouse');
  });
});

test('the limits hold although a store keeps everything forever', async () => {
  const store = new WatchedStore();
  await using site = await Site.start({ store, ...LIMITS });
  const browser = site.browser('http2');
  using clock = new Clock();
  await browser.send('/set?cart=cat');
  clock.advance(11 * MINUTE);
  expect(await browser.get('cart')).toBe(null);
  expect(store.entries.size).toBeGreaterThan(0);
});
