import { beforeAll, expect, test, vi } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { newAccount, read, temporaryDatabase } from './app.ts';
import { buildPage, type Client, startProduction } from './production.ts';
import { startRedis } from './redis.ts';

// Each process starts the compiler: on a machine with other work, that takes its time.
const PATIENCE = { timeout: 90_000 };

const LIMIT = 60;

beforeAll(buildPage);

/** Signs up and in, as the page does. @returns the token, and what the browser sends from then on */
async function signIn(client: Client, name: string) {
  const { token } = await read(
    await client.request('/api/users', { method: 'POST', body: { name } }),
    newAccount,
  );
  const signedIn = await client.request('/api/session', { method: 'POST', body: { token } });
  const [cookie = ''] = signedIn.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  return { token, headers: { cookie: cookie.replace(/;.*/, ''), 'sec-fetch-site': 'same-origin' } };
}

/**
 * Asks until the limit refuses. While Redis does not answer in time, and up to a second after it has come back, requests
 * are served uncounted, without a `RateLimit` field.
 *
 * @param atMost how many may be counted before that; fewer than the limit show that others have used it up
 * @returns the refusal
 */
async function useUp(client: Client, atMost = 2 * LIMIT): Promise<Response> {
  for (let counted = 0, asked = 0; counted <= atMost && asked < 50 * LIMIT; asked++) {
    const response = await client.request('/openapi.json');
    if (response.status === 429) return response;
    if (response.headers.has('ratelimit')) counted++;
  }
  throw new Error(`No request was refused; at most ${atMost} should be served.`);
}

async function statusOf(client: Client, headers: Record<string, string>): Promise<number> {
  return (await client.request('/api/users/me', { headers })).status;
}

test('in memory, over both protocols: sign-in, forged requests, limits', PATIENCE, async () => {
  const app = await startProduction(await temporaryFolder(), {
    DATABASE_URL: await temporaryDatabase(),
    REQUEST_LIMIT: String(LIMIT),
  });
  for (const protocol of ['http1', 'http2'] as const) {
    const client = app[protocol];
    const page = await client.request('/', { headers: { 'accept-encoding': 'br' } });
    expect([page.status, page.headers.get('content-encoding')]).toEqual([200, 'br']);
    expect(page.headers.get('strict-transport-security')).toMatch(/^max-age=\d+; includeSubDomains$/);
    const script = await client.request('/assets/app.js');
    const tag = { 'if-none-match': script.headers.get('etag')! };
    expect((await client.request('/assets/app.js', { headers: tag })).status).toBe(304);

    const { headers } = await signIn(client, protocol);
    expect(await (await client.request('/api/users/me', { headers })).json()).toMatchObject({
      name: protocol,
    });
    const forged = await client.request('/api/session', {
      method: 'DELETE',
      headers: { ...headers, 'sec-fetch-site': 'cross-site', origin: 'https://attacker.example' },
    });
    expect(await forged.json()).toMatchObject({ status: 403, code: 'ERR_BLAIZE_CSRF' });
    expect(await statusOf(client, headers)).toBe(200);

    const signedOut = await client.request('/api/session', { method: 'DELETE', headers });
    expect(signedOut.status).toBe(204);
    expect(await statusOf(client, headers)).toBe(401);
  }

  const refusal = await useUp(app.http1);
  const headers = Object.fromEntries(refusal.headers);
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json',
    'retry-after': expect.stringMatching(/^\d+$/),
    'ratelimit-policy': expect.stringContaining(`"default";q=${LIMIT};w=60`),
    ratelimit: expect.stringMatching(/"default";r=0;t=\d+/),
    'strict-transport-security': expect.any(String),
  });
  expect(await refusal.json()).toMatchObject({ status: 429, code: 'ERR_BLAIZE_TOO_MANY_REQUESTS' });
  // It is the client that has used it up, whatever it speaks.
  expect((await app.http2.request('/openapi.json')).status).toBe(429);
  expect(await app.stop()).toBe(0);
});

test('with Redis, two processes share sessions and limits, and survive its end', PATIENCE, async () => {
  const redis = await startRedis();
  const settings = {
    DATABASE_URL: await temporaryDatabase(),
    REDIS_URL: redis.url,
    REQUEST_LIMIT: String(LIMIT),
  };
  const folder = await temporaryFolder();
  // At once, on a new database, as workers do.
  const [one, other] = await Promise.all([
    startProduction(folder, settings),
    startProduction(folder, settings),
  ]);

  for (const protocol of ['http1', 'http2'] as const) {
    const { headers } = await signIn(one[protocol], protocol);
    expect(await statusOf(other[protocol], headers)).toBe(200);
    await other[protocol].request('/api/session', { method: 'DELETE', headers });
    expect(await statusOf(one[protocol], headers)).toBe(401);
  }
  const { token, headers } = await signIn(one.http1, 'Ada');
  await useUp(one.http1);
  await useUp(other.http2, LIMIT / 2);

  await redis.stop();
  for (const client of [one.http1, one.http2, other.http1, other.http2]) {
    // Limits are open; a session that cannot be read is not taken for one that has ended.
    expect((await client.request('/openapi.json')).status).toBe(200);
    expect(await statusOf(client, { authorization: `Bearer ${token}` })).toBe(200);
    const unknown = await client.request('/api/users/me', { headers });
    expect(await unknown.json()).toMatchObject({ status: 503, code: 'ERR_BLAIZE_SESSION_STORE' });
  }

  await redis.start();
  // It comes back empty: the session has ended.
  for (const client of [one.http1, other.http2])
    await vi.waitFor(async () => expect(await statusOf(client, headers)).toBe(401), 10_000);
  const again = await one.http2.request('/api/session', { method: 'POST', body: { token } });
  const [cookie = ''] = again.headers.getSetCookie();
  expect(await statusOf(other.http1, { cookie: cookie.replace(/;.*/, '') })).toBe(200);
  await useUp(one.http2);
  await useUp(other.http1, LIMIT / 2);
  expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
});
