import { describe, expect, test } from 'vitest';

import { Clock } from '../session/site.ts';
import { TestProvider } from './provider.ts';
import { type LoginBrowser, LoginSite, REDIRECT_URI, WAYS } from './site.ts';

async function failure(browser: LoginBrowser, url: string): Promise<unknown> {
  const began = performance.now();
  const response = await browser.go(url);
  const { code } = (await response.json()) as { readonly code: string };
  return [response.status, code, performance.now() - began < 5000];
}

const FAILED = [503, 'ERR_BLAIZE_AUTH_PROVIDER', true];
const METADATA = '/.well-known/openid-configuration';

/** What a provider may do in the place of an answer. */
const FAULTS: Record<string, TestProvider['instead']> = {
  'does not answer': () => true,
  'stops in the middle': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":');
    return true;
  },
  'breaks off': (request) => {
    request.socket.destroy();
    return true;
  },
  'answers 500': (_request, response) => {
    response.writeHead(500).end('<h1>Oops</h1>');
    return true;
  },
  'answers something else': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('[1]');
    return true;
  },
  redirects: (_request, response) => {
    response.writeHead(302, { location: 'http://localhost:1/' }).end();
    return true;
  },
  'answers without an end': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
    return true;
  },
};

describe('if the provider', () => {
  test.each(Object.keys(FAULTS))(
    '%s for its metadata, the login is a 503, and then works again',
    async (fault) => {
      await using provider = await TestProvider.start([REDIRECT_URI]);
      await using site = await LoginSite.start(provider, { timeout: 1000 });
      const browser = site.browser('http2');
      provider.instead = FAULTS[fault] as TestProvider['instead'];
      expect(await failure(browser, '/auth/login')).toEqual(FAILED);
      provider.instead = () => false;
      // It rests for a second.
      await expect.poll(async () => (await browser.go('/auth/login')).status, { timeout: 10000 }).toBe(303);
      expect((await browser.signIn()).status).toBe(303);
    },
  );

  test.each(Object.keys(FAULTS))(
    '%s for the code, the return is a 503, and may be tried again',
    async (fault) => {
      await using provider = await TestProvider.start([REDIRECT_URI]);
      await using site = await LoginSite.start(provider, { timeout: 1000 });
      const browser = site.browser('http2');
      const url = await browser.begin();
      provider.instead = (...args) => args[0].url === '/token' && (FAULTS[fault]?.(...args) ?? false);
      expect(await failure(browser, url)).toEqual(FAILED);
      provider.instead = () => false;
      expect((await browser.go(url)).status).toBe(303);
    },
  );
});

describe.each(WAYS)('over %s, if the provider', (way) => {
  test('is away, nobody waits, who has signed in stays so, and one may sign out', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider);
    const browser = site.browser(way);
    await browser.signIn();
    const url = await browser.begin();
    await provider.down();
    expect(await failure(browser, url)).toEqual(FAILED);
    expect(await browser.json('/me')).toMatchObject({ sub: 'ada' });
    const out = await browser.go('/auth/logout', { method: 'POST' });
    expect([out.status, await browser.json('/me')]).toEqual([303, 401]);
    await using late = await LoginSite.start(provider);
    expect(await failure(late.browser(way), '/auth/login')).toEqual(FAILED);
    await provider.up();
    await expect
      .poll(async () => (await late.browser(way).go('/auth/login')).status, { timeout: 3000 })
      .toBe(303);
  });

  test('does not know the client, it is a 503, and the log says so', async () => {
    await using provider = await TestProvider.start([REDIRECT_URI]);
    await using site = await LoginSite.start(provider, { clientSecret: 'another secret, which is wrong' });
    const browser = site.browser(way);
    expect(await failure(browser, await browser.begin())).toEqual(FAILED);
    expect(site.problems.join()).toContain('invalid_client');
    expect(site.problems.join()).not.toContain('another secret');
  });
});

test('the metadata is read once, whoever asks for it and how often', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  await using site = await LoginSite.start(provider);
  await Promise.all(Array.from({ length: 20 }, () => site.browser('http2').go('/auth/login')));
  await site.browser('http2').signIn();
  expect(provider.asked.filter((each) => each.includes(METADATA))).toHaveLength(1);
});

test('while the provider is down, it is not asked by each request', async () => {
  await using provider = await TestProvider.start([REDIRECT_URI]);
  await using site = await LoginSite.start(provider);
  provider.instead = FAULTS['answers 500'] as TestProvider['instead'];
  const answers = [];
  for (let count = 0; count < 20; count++) answers.push(await site.browser('http2').go('/auth/login'));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(answers[0]?.headers.get('retry-after')).toBe('1');
  expect(provider.asked.length).toBeLessThanOrEqual(2);
});

test.each([
  [3, 303],
  [60, 400],
])('a clock that is %i seconds ahead of an ID token that expires: %i', async (ahead, status) => {
  await using provider = await TestProvider.start([REDIRECT_URI], { ttl: { IdToken: 5 } });
  await using site = await LoginSite.start(provider, { clockTolerance: 5000 });
  const browser = site.browser('http2');
  const url = await browser.begin();
  using clock = new Clock();
  provider.instead = (request, response) => {
    // The token is made before the clock of the app goes on.
    if (request.url === '/token') response.on('finish', () => clock.advance((5 + ahead) * 1000));
    return false;
  };
  expect((await browser.go(url)).status).toBe(status);
});
