import { ForbiddenError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { oidc } from '../../src/oidc.ts';
import { memoryStore, session } from '../../src/session.ts';
import { CLIENT, TestProvider } from './provider.ts';
import { LoginSite, REDIRECT_URI, SECRET } from './site.ts';

const GOOD = {
  issuer: 'https://login.example.com',
  ...CLIENT,
  redirectUri: REDIRECT_URI,
  session: session({ secret: SECRET }),
  secret: SECRET,
};

function problemOf(options: object): string {
  try {
    oidc({ ...GOOD, ...options });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
    return (error as Error).message;
  }
  return '';
}

describe('options', () => {
  test.each([
    [{ issuer: 'http://login.example.com' }, 'issuer: expected an https: URL'],
    [{ issuer: 'login.example.com' }, 'issuer: expected an https: URL'],
    [{ clientId: undefined }, 'clientId: expected'],
    [{ redirectUri: '/auth/callback' }, 'redirectUri: expected an https: URL'],
    [{ redirectUri: 'https://app.example.com/auth/' }, 'beside which are login and logout'],
    [{ redirectUri: 'https://app.example.com/auth/login' }, 'beside which are login and logout'],
    [{ redirectUri: 'https://app.example.com/:id/callback' }, 'letters, digits'],
    [
      { session: { name: 'session', onRequest: () => undefined } },
      'session: expected what session() returned',
    ],
    [{ secret: 'a short secret' }, 'secret: expected a secret of at least 32 bytes'],
    [{ secret: undefined }, 'secret: expected a secret of at least 32 bytes'],
    [{ scopes: ['email'] }, '"openid"'],
    [{ scopes: ['open id'] }, 'a scope'],
    [{ parameters: { state: 'x' } }, 'oidc() sets it'],
    [{ home: '//evil.example' }, 'a path of this site'],
    [{ backchannelLogout: true }, 'a store, which `backchannelLogout` needs'],
    [{ idTokenHint: true }, 'a store, which `idTokenHint` needs'],
    [{ store: {} }, 'a store with get()'],
    [{ name: 'a b' }, 'letters, digits and -'],
    [{ scope: 'openid' }, 'Did you mean `scopes`?'],
    [{ clientSecrets: 'very secret' }, 'Did you mean `clientSecret`?'],
    [{ timeout: 0 }, 'a whole number of milliseconds'],
  ])('%j', (options, problem) => {
    const message = problemOf(options);
    expect(message).toContain(problem);
    for (const secret of ['very secret', 'a short secret', SECRET]) expect(message).not.toContain(secret);
  });

  test('those of auth() too', () => {
    expect(() => oidc(GOOD).auth({ optinal: true } as never)).toThrow('Did you mean `optional`?');
    expect(problemOf({})).toBe('');
  });
});

test('a schema chooses what is kept, and who may sign in', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  const schema = z.object({ sub: z.string(), email: z.email().endsWith('@example.com') });
  await using site = await LoginSite.start(provider, { schema } as object);
  const browser = site.browser('http2');
  await browser.signIn();
  expect(await browser.json('/me')).toEqual({ sub: 'ada', email: 'ada@example.com' });
  await using strict = await LoginSite.start(provider, {
    schema: schema.extend({ groups: z.array(z.string()) }),
  } as object);
  const answer = await strict.browser('http2').signIn();
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'ERR_BLAIZE_AUTH_LOGIN_DENIED' }]);
});

test('onLogin may refuse, and load finds the user of each request', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  const users = new Map([['ada', { sub: 'ada', plan: 'pro' }]]);
  await using site = await LoginSite.start(provider, {
    onLogin: ({ sub }) => {
      if (sub === 'mallory') throw new ForbiddenError('You are not invited.');
    },
    load: ({ sub }) => users.get(sub) as never,
  });
  const [browser, mallory] = [site.browser('http2'), site.browser('http2')];
  await browser.signIn();
  expect(await browser.json('/me')).toEqual({ sub: 'ada', plan: 'pro' });
  const refused = await mallory.signIn('mallory');
  expect([refused.status, await mallory.json('/me')]).toEqual([403, 401]);
  users.clear();
  expect([await browser.json('/me'), browser.own.size]).toEqual([401, 0]);
});

test('a session with a strict schema will do', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  const schema = z.strictObject({ cart: z.string().optional() });
  await using site = await LoginSite.start(provider, {}, session({ store: memoryStore(), schema }));
  const browser = site.browser('http2');
  await browser.signIn();
  await browser.json('/cart?put=cat');
  expect([await browser.json('/me'), await browser.json('/cart')]).toMatchObject([
    { sub: 'ada' },
    { cart: 'cat' },
  ]);
});

test('where the callback is comes from the options, whatever a request says', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  await using site = await LoginSite.start(provider);
  const headers = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example',
  };
  const answer = await site.send('http2', '/auth/login?returnTo=/x', { headers });
  const url = new URL(answer.headers.get('location') ?? '');
  expect(url.searchParams.get('redirect_uri')).toBe(REDIRECT_URI);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    scope: 'openid profile email',
  });
});
