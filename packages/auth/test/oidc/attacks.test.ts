import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ownPath } from '../../src/oidc/return-to.ts';
import { Clock } from '../session/site.ts';
import { TestProvider } from './provider.ts';
import { type LoginBrowser, LoginSite, REDIRECT_URI, WAYS } from './site.ts';

async function refusal(browser: LoginBrowser, url: string): Promise<unknown> {
  const response = await browser.go(url);
  const { code } = (await response.json()) as { readonly code: string };
  return [response.status, code, await browser.json('/me')];
}

const REFUSED = [400, 'ERR_BLAIZE_AUTH_LOGIN', 401];

function changed(url: string, changes: Record<string, string | undefined>): string {
  const result = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) result.searchParams.delete(name);
    else result.searchParams.set(name, value);
  }
  return result.href;
}

describe.each(WAYS)('a return from the provider over %s is refused', (way) => {
  test('if its state is of no attempt, of another browser or missing', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const [browser, attacker] = [site.browser(way), site.browser(way)];
    const own = await browser.begin();
    const foreign = await attacker.begin('mallory');
    for (const state of ['', 'x', 'A'.repeat(43), '\u0000', 'é', '../../x', 'x'.repeat(4000), undefined]) {
      expect(await refusal(browser, changed(own, { state }))).toEqual(REFUSED);
    }
    // Login CSRF: the victim would use the attacker's account.
    expect(await refusal(browser, foreign)).toEqual(REFUSED);
    const state = new URL(own).searchParams.get('state') ?? '';
    expect(await refusal(browser, changed(foreign, { state }))).toEqual(REFUSED);
  });

  test('if the state comes twice', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const url = await browser.begin();
    expect(await refusal(browser, `${url}&state=x`)).toEqual(REFUSED);
  });

  test('if the code was used before, by this browser or one that has copied its cookies', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const url = await browser.begin();
    const thief = site.browser(way);
    for (const [name, value] of browser.own) thief.own.set(name, value);
    expect((await browser.go(url)).status).toBe(303);
    expect(await refusal(thief, url)).toEqual(REFUSED);
    const again = await browser.go(url);
    expect([again.status, await browser.json('/maybe').catch(() => 'signed in')]).toEqual([400, 'signed in']);
  });

  test('if the ID token has another nonce', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const start = await browser.go('/auth/login');
    const url = changed(start.headers.get('location') ?? '', { nonce: 'another' });
    expect(await refusal(browser, await browser.begin('ada', url))).toEqual(REFUSED);
    expect(site.problems.join()).toContain('nonce');
  });

  test('if the code was issued for another challenge', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const start = await browser.go('/auth/login');
    const url = changed(start.headers.get('location') ?? '', { code_challenge: 'A'.repeat(43) });
    expect(await refusal(browser, await browser.begin('ada', url))).toEqual(REFUSED);
  });

  test('if it names another issuer, or none (RFC 9207)', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    for (const iss of ['https://evil.example', `${provider.issuer}/`, '', undefined]) {
      const browser = site.browser(way);
      expect(await refusal(browser, changed(await browser.begin(), { iss }))).toEqual(REFUSED);
    }
  });

  test('if it comes from the other provider (mix-up)', async () => {
    const other = REDIRECT_URI.replace('auth', 'other');
    await using honest = await TestProvider.start([REDIRECT_URI, other]);
    await using evil = await TestProvider.start([REDIRECT_URI, other]);
    await using site = await LoginSite.start(honest, { name: 'honest' });
    await using second = await LoginSite.start(evil, { name: 'evil', redirectUri: other });
    const browser = site.browser(way);
    const url = await browser.begin();
    const atEvil = second.browser(way);
    for (const [name, value] of browser.own) atEvil.own.set(name, value);
    // The code of the honest provider never gets to the other one.
    expect(await refusal(atEvil, url.replace('/auth/', '/other/'))).toEqual(REFUSED);
    expect(evil.asked.filter((each) => each.includes('/token'))).toEqual([]);
    expect((await browser.go(url)).status).toBe(303);
  });

  test('if it comes too late', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const url = await browser.begin();
    using clock = new Clock();
    clock.advance(600_001);
    expect(await refusal(browser, url)).toEqual(REFUSED);
    expect(provider.asked.filter((each) => each.includes('/token'))).toEqual([]);
  });

  test('if a person says no, with 403 and without a repetition of what the URL says', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const answers: unknown[] = [];
    for (const error of ['access_denied', 'login_required', 'server_error', 'invalid_scope', '<b>']) {
      const url = changed(await browser.begin(), { code: undefined, error, error_description: '<script>' });
      const response = await browser.go(url);
      const text = await response.text();
      expect(text).not.toContain('<');
      answers.push([response.status, (JSON.parse(text) as { code: string }).code]);
    }
    const denied = [403, 'ERR_BLAIZE_AUTH_LOGIN_DENIED'];
    const failed = [503, 'ERR_BLAIZE_AUTH_PROVIDER'];
    expect(answers).toEqual([denied, denied, failed, failed, failed]);
    expect((await browser.signIn()).status).toBe(303);
  });

  test('whatever its parameters and cookies are', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const url = await browser.begin();
    const name = [...browser.own.keys()].find((each) => each.startsWith('__Host-login')) ?? '';
    for (const value of ['', 'x', 'A'.repeat(200), 'null', '%00', `${browser.own.get(name)}A`]) {
      const guest = site.browser(way);
      guest.own.set(name, value);
      expect(await refusal(guest, url)).toEqual(REFUSED);
    }
    for (const query of [
      '',
      '?',
      '?code=x',
      '?state',
      '?state=&code=&iss=',
      `?error=${'x'.repeat(2000)}&state=y`,
      '?%ff=%ff',
    ]) {
      expect(await refusal(browser, `/auth/callback${query}`)).toEqual(REFUSED);
    }
    expect((await browser.go('/auth/callback', { method: 'POST', body: 'state=x' })).status).toBe(405);
  });

  test('attempts that nobody completes do not pile up in the browser', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    const long = `/${'x'.repeat(500)}`;
    for (let count = 0; count < 12; count++) await browser.go(`/auth/login?returnTo=${long}`);
    expect(browser.own.size).toBe(5);
    expect([...browser.own].join('').length).toBeLessThan(8000);
    expect((await browser.signIn()).status).toBe(303);
  });

  test('cookies with names like those of attempts, set by another site, keep nobody from signing in', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    await browser.go('/auth/login');
    const [[name = ''] = []] = browser.own;
    const planted = ['a b', 'a\tb', 'é', '[1]', '{}', `${name.slice(-15)} `].map(
      (end) => `${name.slice(0, -16)}${end}`,
    );
    for (const each of planted) browser.own.set(each, '1');
    expect((await browser.signIn()).status).toBe(303);
  });
});

const ELSEWHERE = [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  ' //evil.example',
  'javascript:alert(1)',
  'evil.example',
  '',
  '/auth/login',
  '/auth/../auth/logout',
  '/auth/callback?error=x',
  `/${'x'.repeat(600)}`,
];

test.each(ELSEWHERE)('returnTo=%j leads home', async (returnTo) => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  await using site = await LoginSite.start(provider);
  const browser = site.browser('http2');
  const back = await browser.signIn('ada', `/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
  expect(back.headers.get('location')).toBe('/');
});

test('what is a path of this site for us is one for browsers', () => {
  const texts = fc.oneof(
    fc.webUrl({ withQueryParameters: true }),
    fc.string(),
    fc.stringMatching(/^\/[/\\.%2eE\t@:?#x]{0,12}$/),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const path = ownPath(text);
      if (path === undefined) return;
      expect(new URL(path, 'https://app.example.com/a/b').origin).toBe('https://app.example.com');
      expect(ownPath(path)).toBe(path);
    }),
    { numRuns: 1000 },
  );
});
