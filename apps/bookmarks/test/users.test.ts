import { expect, test } from 'vitest';

import { newAccount, read, signUp, startApp } from './app.ts';

test('whoever signs up gets a token that works', async () => {
  const { http2 } = await startApp();
  const response = await http2.request('/api/users', { method: 'POST', body: { name: ' Ada ' } });
  expect(response.status).toBe(201);
  const { token, ...user } = await read(response, newAccount);
  expect(user).toEqual({ id: 1, name: 'Ada' });

  const me = await http2.request('/api/users/me', { headers: { authorization: `Bearer ${token}` } });
  expect(await me.json()).toEqual(user);
});

test('a name is taken once', async () => {
  const { http2 } = await startApp();
  await signUp(http2, 'Ada');
  const again = await http2.request('/api/users', { method: 'POST', body: { name: 'Ada' } });
  expect(again.status).toBe(409);
});

test.each([
  ['no token', {}],
  ['an unknown token', { authorization: 'Bearer unknown' }],
  ['another scheme', { authorization: 'Basic YTpi' }],
  ['an unknown session', { cookie: '__Host-session=unknown', 'sec-fetch-site': 'same-origin' }],
])('with %s the answer is 401, before anything is read', async (_what, headers: Record<string, string>) => {
  const { http1, http2 } = await startApp();
  for (const client of [http1, http2]) {
    const response = await client.request('/api/bookmarks', {
      method: 'POST',
      headers,
      body: { not: 'valid' },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ title: 'Unauthorized', status: 401 });
  }
});

test('a browser signs in and out with a cookie that scripts can not read', async () => {
  const { http2 } = await startApp();
  const { token } = await signUp(http2);
  const signedIn = await http2.request('/api/session', { method: 'POST', body: { token } });
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^__Host-session=[^;]+;.*Path=\/; HttpOnly; Secure; SameSite=Lax/);
  expect(cookie).not.toContain(token);

  const headers = { cookie: cookie.split(';')[0]!, 'sec-fetch-site': 'same-origin' };
  expect(await (await http2.request('/api/users/me', { headers })).json()).toEqual({ id: 1, name: 'Ada' });

  const signedOut = await http2.request('/api/session', { method: 'DELETE', headers });
  expect(signedOut.status).toBe(204);
  expect(signedOut.headers.get('set-cookie')).toMatch(/^__Host-session=; Max-Age=0/);
  // Nor is a copy of the cookie worth anything.
  expect((await http2.request('/api/users/me', { headers })).status).toBe(401);
});

test('an unknown token does not sign in', async () => {
  const { http2 } = await startApp();
  const response = await http2.request('/api/session', { method: 'POST', body: { token: 'unknown' } });
  expect(response.status).toBe(401);
  expect(response.headers.get('set-cookie')).toBeNull();
});
