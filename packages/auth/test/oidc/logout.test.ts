import { describe, expect, test } from 'vitest';

import { memoryStore, session } from '../../src/session.ts';
import { TestProvider } from './provider.ts';
import { type LoginBrowser, LoginSite, ORIGIN, REDIRECT_URI, WAYS } from './site.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function receive(site: LoginSite, way: (typeof WAYS)[number], token: string): Promise<Response> {
  const body = new URLSearchParams({ logout_token: token }).toString();
  return site.send(way, '/auth/backchannel-logout', { method: 'POST', headers: FORM, body });
}

/** Signs out at the provider, as its own page has it. */
async function leave(browser: LoginBrowser, url: string): Promise<Response> {
  const page = await browser.follow(url);
  const html = await page.text();
  const [, action = ''] = /action="([^"]+)"/.exec(html) ?? [];
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(html) ?? [];
  const body = new URLSearchParams({ xsrf, logout: 'yes' }).toString();
  return browser.follow(new URL(action, page.at).href, { method: 'POST', headers: FORM, body });
}

describe.each(WAYS)('signing out over %s', (way) => {
  test('ends the session here and at the provider, and revokes the tokens', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider, { store: memoryStore() });
    const browser = site.browser(way);
    await browser.signIn();
    const cookies = new Map(browser.own);
    const out = await browser.go('/auth/logout', { method: 'POST' });
    const to = new URL(out.headers.get('location') ?? '');
    expect([out.status, to.origin, Object.fromEntries(to.searchParams)]).toEqual([
      303,
      provider.issuer,
      { client_id: 'app', post_logout_redirect_uri: `${ORIGIN}/` },
    ]);
    expect([await browser.json('/me'), browser.own.size]).toEqual([401, 0]);
    await expect.poll(() => provider.asked.at(-1)).toBe('POST /token/revocation');
    // A copy of the cookie is worth nothing.
    for (const [name, value] of cookies) browser.own.set(name, value);
    expect(await browser.json('/me')).toBe(401);
    const end = await leave(browser, to.href);
    expect([end.url, await end.text()]).toEqual([expect.any(String), 'home']);
    // The provider asks for the password again.
    const page = await browser.follow('/auth/login');
    expect(await page.text()).toContain('password');
  });

  test('with idTokenHint, the provider is told whose session it is', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider, { store: memoryStore(), idTokenHint: true });
    const browser = site.browser(way);
    await browser.signIn();
    const out = await browser.go('/auth/logout', { method: 'POST' });
    const to = new URL(out.headers.get('location') ?? '');
    expect(to.searchParams.get('id_token_hint')).toBe(provider.tokens[0]?.id_token);
    expect(await (await leave(browser, to.href)).text()).toBe('home');
  });

  test('needs a POST, and does no harm to who has not signed in', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    await browser.signIn();
    const statuses = [(await browser.go('/auth/logout')).status, await browser.json('/me')];
    expect(statuses).toMatchObject([405, { sub: 'ada' }]);
    const guest = await site.browser(way).go('/auth/logout', { method: 'POST' });
    expect([guest.status, guest.headers.get('location'), guest.headers.getSetCookie()]).toEqual([
      303,
      '/',
      [],
    ]);
  });

  test('at the provider ends the session here, by the back channel', async () => {
    const sent: string[] = [];
    await using provider = await TestProvider.start(
      [REDIRECT_URI],
      {
        fetch: (async (_url: string | URL, init: RequestInit = {}) => {
          sent.push(new URLSearchParams(init.body as URLSearchParams).get('logout_token') ?? '');
          return new Response();
        }) as typeof fetch,
      },
      {
        backchannel_logout_uri: `${ORIGIN}/auth/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    );
    const store = memoryStore();
    await using site = await LoginSite.start(
      provider,
      { store, backchannelLogout: true },
      session({ store }),
    );
    const [browser, other] = [site.browser(way), site.browser(way)];
    await browser.signIn();
    await other.signIn();
    const metadata = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as {
      readonly end_session_endpoint: string;
    };
    await leave(browser, metadata.end_session_endpoint);
    await expect.poll(() => sent.length).toBe(1);
    const [token = ''] = sent;
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
    // What somebody made up ends nothing.
    const idToken = provider.tokens[0]?.id_token ?? '';
    const bad = [
      '',
      'x',
      idToken,
      `${token.slice(0, -4)}AAAA`,
      `e30.${token.split('.')[1]}.`,
      'x'.repeat(100_000),
    ];
    const statuses = [];
    for (const each of bad) statuses.push((await receive(site, way, each)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 413]);
    expect((await site.send(way, '/auth/backchannel-logout', { method: 'POST' })).status).toBeLessThan(500);
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
    expect((await receive(site, way, token)).status).toBe(200);
    expect([await browser.json('/me'), await other.json('/me')]).toMatchObject([401, { sub: 'ada' }]);
    // Who signs in again is in, also if the same token comes again.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await browser.signIn();
    expect((await receive(site, way, token)).status).toBe(200);
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
    // The other route is not there if nobody has asked for it.
    await using without = await LoginSite.start(provider);
    expect((await receive(without, way, token)).status).toBe(404);
  });
});
