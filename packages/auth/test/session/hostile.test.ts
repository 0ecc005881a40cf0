import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { EVERYWHERE, PLACES, Site, WatchedStore, WAYS } from './site.ts';

const NAME = '__Host-session';

describe.each(EVERYWHERE)('a session $place, $way', ({ place, way }) => {
  test('a Cookie header of any content is no error', async () => {
    await using site = await Site.start(PLACES[place]());
    const valueOf = fc.oneof(
      fc.stringMatching(/^[aZ9\-_=;,"% \\.]*$/),
      fc.base64String(),
      fc.constantFrom('__proto__', 'A'.repeat(43), 'AQ', '%00', '%E0%A4%A', '"x"', 'a'.repeat(5000)),
    );
    const header = fc
      .array(fc.tuple(fc.constantFrom(NAME, `${NAME} `, NAME.toLowerCase(), '__proto__', ''), valueOf))
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('; '))
      .map((text) => text.trim().slice(0, 7000));
    await fc.assert(
      fc.asyncProperty(header, fc.constantFrom('/get?key=a', '/sign-out', '/about'), async (cookie, path) => {
        const response = await site.send(way, path, { headers: { cookie } });
        expect([response.status, await response.text()]).toEqual([
          200,
          path === '/sign-out' ? 'signed out' : path === '/about' ? '{"id":null,"isNew":true}' : 'null',
        ]);
      }),
      { numRuns: 60 },
    );
  });

  test('of several cookies of its name, the first that is valid counts', async () => {
    await using site = await Site.start(PLACES[place]());
    const [ada, eve] = [site.browser(way), site.browser(way)];
    await ada.send('/sign-in?user=ada');
    await eve.send('/sign-in?user=eve');
    const userOf = async (...cookies: string[]): Promise<string> => {
      const headers = { cookie: cookies.map((value) => `${NAME}=${value}`).join('; ') };
      return (await site.send(way, '/get?key=user', { headers })).text();
    };
    const [first = '', second = ''] = [ada.cookies.get(NAME), eve.cookies.get(NAME)];
    expect(await userOf(first, second)).toBe('"ada"');
    expect(await userOf('', 'stale', 'A'.repeat(43), second, first)).toBe('"eve"');
    expect(await userOf('a', 'b', 'c', 'd', first)).toBe('null');
  });

  test('a cookie whose name only looks like it is not it', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const value = browser.cookies.get(NAME);
    for (const name of [`x${NAME}`, `${NAME}x`, NAME.toUpperCase(), `a=${NAME}`, `${NAME}%3d`]) {
      const response = await site.send(way, '/get?key=user', { headers: { cookie: `${name}=${value}` } });
      expect([name, await response.text()]).toEqual([name, 'null']);
    }
  });

  test('the names of properties are keys like any other', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/names': async (session) => {
        const values: unknown[] = [];
        for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
          values.push(await session.get(name));
          session.set(name, { isAdmin: true });
        }
        return values.map((value) => value ?? null);
      },
    });
    const browser = site.browser(way);
    expect(await browser.ask('/names')).toEqual([null, null, null, null]);
    expect(await browser.ask('/names')).toEqual(Array.from({ length: 4 }, () => ({ isAdmin: true })));
    expect(await browser.get('isAdmin')).toBe(null);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });
});

test.each(WAYS)('%s: a flood of cookies costs few looks into the store', async (way) => {
  const store = new WatchedStore();
  await using site = await Site.start({ store });
  const tokens = Array.from({ length: 100 }, (_, index) => `${NAME}=${String(index).padStart(43, 'A')}`);
  const response = await site.send(way, '/get?key=a', { headers: { cookie: tokens.join('; ') } });
  expect([response.status, store.calls.length]).toEqual([200, 8]);
});

test.each(WAYS)('%s: ending sessions that never were writes nothing into the store', async (way) => {
  const store = new WatchedStore();
  await using site = await Site.start({ store });
  const response = await site.send(way, '/sign-out', { headers: { cookie: `${NAME}=${'B'.repeat(43)}` } });
  expect([response.status, store.entries.size]).toEqual([200, 0]);
  expect(response.headers.getSetCookie()[0]).toContain('Max-Age=0');
});
