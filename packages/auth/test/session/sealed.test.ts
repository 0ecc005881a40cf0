import { describe, expect, test } from 'vitest';

import { Site, SECRET, type Way, WAYS } from './site.ts';

const NAME = '__Host-session';
const NEXT = 'another secret, which is long enough too';

describe.each(WAYS)('a sealed cookie, %s', (way: Way) => {
  test('can be read by nobody, and differs each time', async () => {
    await using site = await Site.start({ secret: SECRET });
    const [one, two] = [site.browser(way), site.browser(way)];
    await one.send('/set?name=plainly-visible');
    await two.send('/set?name=plainly-visible');
    const value = one.cookies.get(NAME) ?? '';
    expect(value).not.toBe(two.cookies.get(NAME));
    expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain('plainly');
  });

  test('is opened with any of the secrets, and sealed with the first', async () => {
    await using before = await Site.start({ secret: SECRET });
    await using between = await Site.start({ secret: [NEXT, SECRET] });
    await using after = await Site.start({ secret: [NEXT] });
    const old = before.browser(way);
    await old.send('/set?cart=cat');
    const read = async (site: Site, cookie: string): Promise<string> =>
      (await site.send(way, '/get?key=cart', { headers: { cookie } })).text();
    expect([await read(between, old.cookie), await read(after, old.cookie)]).toEqual(['"cat"', 'null']);
    const browser = between.browser(way);
    browser.cookies.set(NAME, old.cookies.get(NAME) ?? '');
    await browser.send('/set?more=1');
    expect([await read(after, browser.cookie), await read(before, browser.cookie)]).toEqual([
      '"cat"',
      'null',
    ]);
  });

  test('that was changed in any place is none', async () => {
    await using site = await Site.start({ secret: SECRET });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const bytes = Buffer.from(browser.cookies.get(NAME) ?? '', 'base64url');
    const forged: Buffer[] = [bytes.subarray(1), bytes.subarray(0, -1), Buffer.concat([bytes, bytes])];
    for (let at = 0; at < bytes.length; at += 7) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      forged.push(copy);
    }
    for (const value of forged) {
      const headers = { cookie: `${NAME}=${value.toString('base64url')}` };
      const response = await site.send(way, '/get?key=user', { headers });
      expect([response.status, await response.text()]).toEqual([200, 'null']);
    }
  });

  test('of one name is not one of another, although the secret is the same', async () => {
    await using site = await Site.start({ secret: SECRET });
    await using admin = await Site.start({ secret: SECRET, cookie: { name: '__Host-admin' } });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const headers = { cookie: `__Host-admin=${browser.cookies.get(NAME)}` };
    expect(await (await admin.send(way, '/get?key=user', { headers })).text()).toBe('null');
  });

  test('that a browser would drop is an error, which names the largest value', async () => {
    await using site = await Site.start(
      { secret: SECRET },
      {
        '/fill': (session, { request: { query } }) => {
          session.set('small', 'x');
          session.set('cart', 'c'.repeat(Number(query.size)));
          return 'filled';
        },
      },
    );
    const browser = site.browser(way);
    expect((await browser.send('/fill?size=2500')).status).toBe(200);
    const { cookie } = browser;
    const response = await browser.send('/fill?size=4000');
    expect([response.status, response.headers.getSetCookie(), browser.cookie]).toEqual([500, [], cookie]);
    expect(site.logged.join()).toMatch(
      /The session takes \d+ characters as a cookie; there is room for 3\d\d\d.*"cart" \(4002 characters\)/,
    );
    expect(site.logged.join()).not.toContain('ccccc');
  });

  test('never exceeds 4096 bytes with its attributes', async () => {
    const cookie = { domain: 'a-long-name.of-a-host.example.org', path: '/some/path' };
    await using site = await Site.start(
      { secret: SECRET, cookie },
      {
        '/fill': (session, { request: { query } }) => {
          session.set('cart', 'c'.repeat(Number(query.size)));
          return 'filled';
        },
      },
    );
    let longest = 0;
    for (let size = 2600; size < 2900; size += 10) {
      const response = await site.send(way, `/fill?size=${size}`);
      if (response.status !== 200) break;
      longest = response.headers.getSetCookie()[0]?.length ?? 0;
      expect(longest).toBeLessThanOrEqual(4096);
    }
    expect(longest).toBeGreaterThan(4000);
  });

  test('of two requests at once, the later answer has the last word', async () => {
    await using site = await Site.start({ secret: SECRET });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    await Promise.all([browser.send('/set?a=1'), browser.send('/set?b=1')]);
    const both = [await browser.get('a'), await browser.get('b')];
    expect(both.filter((value) => value === '1')).toHaveLength(1);
    expect(await browser.get('user')).toBe('ada');
  });
});
