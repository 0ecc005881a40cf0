import { describe, expect, test } from 'vitest';

import type { KeyValueStore } from '@blaizejs/types';

import { memoryStore, session } from '../../src/session.ts';
import { Clock } from '../session/site.ts';
import { TestProvider } from './provider.ts';
import { LoginSite, REDIRECT_URI, WAYS } from './site.ts';

const isToken = (each: string): boolean => each === 'POST /token';
const HOUR = 3_600_000;

/** Without `replace()`. */
function plain(store: KeyValueStore): KeyValueStore {
  return {
    get: (key) => store.get(key),
    set: (key, value, options) => store.set(key, value, options),
    delete: (key) => store.delete(key),
    deleteTag: (tag) => store.deleteTag(tag),
  };
}

describe.each(WAYS)('tokens over %s', (way) => {
  test('are not asked for again while they are good', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider, { store: memoryStore() });
    const browser = site.browser(way);
    await browser.signIn();
    const tokens = await browser.json('/tokens');
    expect(tokens).toMatchObject({ tokenType: 'bearer', scopes: ['openid', 'email', 'profile'] });
    expect(await browser.json('/tokens')).toEqual(tokens);
    expect(provider.asked.filter(isToken)).toHaveLength(1);
  });

  test.each([true, false])('are refreshed once, however many ask (replace: %s)', async (withReplace) => {
    await using provider = await TestProvider.start([REDIRECT_URI], {
      ttl: { AccessToken: 3600, RefreshToken: 86_400 },
      rotateRefreshToken: true,
    });
    const store = withReplace ? memoryStore() : plain(memoryStore());
    const sessions = session({ store: memoryStore(), idle: 10 * HOUR });
    await using site = await LoginSite.start(provider, { store }, sessions);
    const browser = site.browser(way);
    await browser.signIn();
    using clock = new Clock();
    for (let round = 1; round <= 3; round++) {
      clock.advance(HOUR - 20_000);
      const all = await Promise.all(Array.from({ length: 10 }, () => browser.json('/tokens')));
      expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
      // A refresh token that is used twice ends the login: all rounds work.
      expect(all[0]).toMatchObject({ last: provider.tokens[round]?.access_token.slice(-4) });
      expect(provider.asked.filter(isToken)).toHaveLength(round + 1);
    }
  });

  test('are refreshed once by two processes', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI], { rotateRefreshToken: true });
    const shared = memoryStore();
    // Not the same object, as in two processes.
    const view = (): KeyValueStore => ({
      ...plain(shared),
      replace: (...args) => shared.replace?.(...args) as never,
    });
    const sessions = session({ store: shared, idle: 10 * HOUR });
    await using one = await LoginSite.start(provider, { store: view() }, sessions);
    await using two = await LoginSite.start(provider, { store: view() }, sessions);
    const browsers = [one.browser(way), two.browser(way)] as const;
    await browsers[0].signIn();
    for (const [name, value] of browsers[0].own) browsers[1].own.set(name, value);
    using clock = new Clock();
    for (let round = 1; round <= 3; round++) {
      clock.advance(HOUR - 20_000);
      const all = await Promise.all(
        [0, 1, 0, 1, 1, 0].map((index) => browsers[index === 0 ? 0 : 1].json('/tokens')),
      );
      expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
      expect(provider.asked.filter(isToken)).toHaveLength(round + 1);
    }
  });

  test('are gone if the provider has ended the login: 401', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    const sessions = session({ store: memoryStore(), idle: 10 * HOUR });
    await using site = await LoginSite.start(provider, { store: memoryStore() }, sessions);
    const browser = site.browser(way);
    await browser.signIn();
    provider.instead = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return true;
    };
    using clock = new Clock();
    clock.advance(HOUR);
    for (let time = 0; time < 2; time++) {
      const answer = await browser.go('/tokens');
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'ERR_BLAIZE_AUTH_TOKENS' }]);
    }
    expect(provider.asked.filter(isToken)).toHaveLength(2);
  });

  test('if the provider is away, good ones stay good, and others are a 503', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    const sessions = session({ store: memoryStore(), idle: 10 * HOUR });
    await using site = await LoginSite.start(provider, { store: memoryStore(), timeout: 300 }, sessions);
    const browser = site.browser(way);
    await browser.signIn();
    provider.instead = () => true;
    using clock = new Clock();
    clock.advance(HOUR - 10_000);
    expect(await browser.json('/tokens')).toMatchObject({ tokenType: 'bearer' });
    clock.advance(10_000);
    expect(await browser.json('/tokens')).toBe(503);
    provider.instead = () => false;
    expect(await browser.json('/tokens')).toMatchObject({ tokenType: 'bearer' });
  });

  test('who signs out while tokens are refreshed leaves none behind', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    const store = memoryStore();
    const kept = new Set<string>();
    const watched: KeyValueStore = {
      ...plain(store),
      set: (key, value, options) => {
        kept.add(key);
        return store.set(key, value, options);
      },
      replace: (...args) => store.replace?.(...args) as never,
    };
    const sessions = session({ store: memoryStore(), idle: 10 * HOUR });
    await using site = await LoginSite.start(provider, { store: watched }, sessions);
    const browser = site.browser(way);
    await browser.signIn();
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      provider.instead = (request, response) => {
        if (request.url !== '/token' || release.name === 'held') return false;
        release = function held() {
          provider.instead = () => false;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ access_token: 'late', token_type: 'bearer', expires_in: 3600 }));
        };
        resolve();
        return true;
      };
    });
    using clock = new Clock();
    clock.advance(HOUR);
    const refreshing = browser.json('/tokens');
    await asked;
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303);
    release();
    expect(await refreshing).toBe(401);
    expect(await Promise.all([...kept].map((key) => store.get(key)))).toEqual([undefined]);
  });

  test('the userinfo endpoint is asked on demand, and at the login', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI], { conformIdTokenClaims: true });
    await using site = await LoginSite.start(provider, { store: memoryStore() });
    const browser = site.browser(way);
    await browser.signIn();
    expect(await browser.json('/me')).toEqual({ iss: provider.issuer, sub: 'ada' });
    expect(await browser.json('/info')).toMatchObject({ sub: 'ada', email: 'ada@example.com' });
    await using richer = await LoginSite.start(provider, { userInfo: true });
    const other = richer.browser(way);
    await other.signIn();
    expect(await other.json('/me')).toMatchObject({ sub: 'ada', email: 'ada@example.com' });
  });
});

test('the store has no token that can be read', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  const store = memoryStore();
  const values: string[] = [];
  const watched: KeyValueStore = {
    ...plain(store),
    set: (key, value, options) => {
      values.push(key, Buffer.from(value).toString('latin1'));
      return store.set(key, value, options);
    },
  };
  await using site = await LoginSite.start(provider, { store: watched });
  await site.browser('http2').signIn();
  const { access_token = '?', refresh_token = '?', id_token = '?' } = provider.tokens[0] ?? {};
  for (const token of [access_token, refresh_token, id_token]) expect(values.join()).not.toContain(token);
  expect(values).toHaveLength(2);
});
