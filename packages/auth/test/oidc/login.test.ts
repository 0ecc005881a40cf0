import { describe, expect, test } from 'vitest';

import { memoryStore, session } from '../../src/session.ts';
import { CLIENT, TestProvider } from './provider.ts';
import { LoginSite, REDIRECT_URI, SECRET, WAYS } from './site.ts';

const NAME = '__Host-session';

describe.each(WAYS)('signing in over %s', (way) => {
  test('goes to the provider and back, and the user is known', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    expect(await browser.json('/me')).toBe(401);
    expect(await browser.json('/cart?put=cat')).toMatchObject({ cart: 'cat' });
    const guest = browser.own.get(NAME);
    const back = await browser.signIn('ada', '/auth/login?returnTo=%2Fpage%3Fa%3D1');
    expect([back.status, back.headers.get('location')]).toEqual([303, '/page?a=1']);
    expect(await browser.json('/me')).toEqual({
      iss: provider.issuer,
      sub: 'ada',
      name: `ada of ${provider.issuer}`,
      email: 'ada@example.com',
    });
    expect([...browser.own.keys()]).toEqual([NAME]);
    expect(browser.own.get(NAME)).not.toBe(guest);
    // What a guest has put there stays.
    expect(await browser.json('/cart')).toMatchObject({ cart: 'cat' });
    expect(site.problems).toEqual([]);
  });

  test('a session that somebody has planted stays without rights', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const attacker = site.browser(way);
    await attacker.json('/cart?put=cat');
    const victim = site.browser(way);
    victim.own.set(NAME, attacker.own.get(NAME) ?? '');
    expect((await victim.signIn()).status).toBe(303);
    expect([await victim.json('/me'), await attacker.json('/me')]).toMatchObject([{ sub: 'ada' }, 401]);
  });

  test('somebody else finds nothing of whom they replace', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    await browser.signIn('ada');
    await browser.json('/cart?put=cat');
    await browser.signIn('ada');
    expect(await browser.json('/cart')).toMatchObject({ cart: 'cat' });
    browser.cookies.delete(provider.issuer);
    await browser.signIn('bob');
    expect([await browser.json('/cart'), await browser.json('/me')]).toMatchObject([
      { cart: null },
      { sub: 'bob' },
    ]);
  });

  test('in two tabs at once works, in any order', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const one = await browser.begin('ada', '/auth/login?returnTo=/one');
    const two = await browser.begin('ada', '/auth/login?returnTo=/two');
    const places = [];
    for (const url of [two, one]) places.push((await browser.go(url)).headers.get('location'));
    expect(places).toEqual(['/two', '/one']);
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
  });

  test('two callbacks at the same moment leave the browser signed in', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const urls = [await browser.begin(), await browser.begin()];
    const answers = await Promise.all(urls.map((url) => browser.go(url)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
  });

  test('neither browsers nor logs see a token or a secret', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    const store = memoryStore();
    await using site = await LoginSite.start(provider, { store });
    const browser = site.browser(way);
    const back = await browser.begin();
    await browser.go(back);
    expect(await browser.json('/tokens')).toMatchObject({ tokenType: 'bearer' });
    await browser.go(back);
    provider.instead = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...provider.tokens[0], token_type: 1 }));
      return true;
    };
    expect((await browser.go(await browser.begin())).status).toBe(503);
    await browser.go('/auth/logout', { method: 'POST' });
    const [{ access_token, refresh_token, id_token } = { access_token: '' }] = provider.tokens;
    const secrets = [access_token, refresh_token, id_token, CLIENT.clientSecret, SECRET];
    const everything = [...browser.seen, ...site.logged].join('\n');
    expect(everything.length).toBeGreaterThan(1000);
    for (const secret of secrets) {
      expect(secret?.length).toBeGreaterThan(20);
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(encodeURIComponent(secret ?? ''));
    }
  });

  test('a session in a cookie will do', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider, {}, session({ secret: SECRET }));
    const browser = site.browser(way);
    await browser.signIn();
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
  });

  test('navigations are sent to the login and back, and calls get 401', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const headers = { 'sec-fetch-mode': 'navigate' };
    const answer = await browser.go('/page?a=1&b=%2F', { headers });
    const to = answer.headers.get('location') ?? '';
    expect([answer.status, to]).toEqual([
      303,
      `/auth/login?returnTo=${encodeURIComponent('/page?a=1&b=%2F')}`,
    ]);
    expect(answer.headers.get('vary')).toContain('Sec-Fetch-Mode');
    expect((await browser.signIn('ada', to)).headers.get('location')).toBe('/page?a=1&b=%2F');
    const guest = site.browser(way);
    const statuses = [];
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      statuses.push(
        (await guest.go('/page', { headers: { 'sec-fetch-mode': mode, accept: 'text/html' } })).status,
      );
    }
    statuses.push((await guest.go('/page')).status, (await guest.go('/me', { headers })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    expect((await guest.go('/page', { headers: { accept: 'text/html' } })).status).toBe(303);
    expect(await (await guest.go('/maybe')).text()).toBe('nobody');
  });
});
