import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { startTestServer } from '@blaizejs/testing';
import type { Plugin } from '@blaizejs/types';
import { expect, onTestFinished, test, vi } from 'vitest';

import { readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

const pages = readPages().filter(({ name }) => name === 'recipes/better-auth');
const { folderOf } = writeBlocks('better-auth', pages, ['ts']);
const file = path.join(folderOf('recipes/better-auth'), 'auth.ts');

test.each(['http1', 'http2'] as const)('over %s, people sign up, in and out', async (protocol) => {
  // In tests, it does not look at `Origin`.
  vi.stubEnv('NODE_ENV', 'development');
  vi.stubEnv('TEST', '');
  vi.stubEnv('AUTH_SECRET', 'for tests only: 32 bytes or more');
  // It logs what it refuses.
  for (const method of ['warn', 'error'] as const) vi.spyOn(console, method).mockReturnValue();
  onTestFinished(() => void vi.unstubAllEnvs().restoreAllMocks());
  const { accounts } = (await import(pathToFileURL(file).href)) as { readonly accounts: Plugin };
  await using app = await startTestServer({ plugins: [accounts] });
  let cookie = '';
  const send = async (to: string, body?: object, origin = 'https://localhost:3000'): Promise<Response> => {
    const response = await app[protocol].request(to, {
      method: body ? 'POST' : 'GET',
      headers: { origin, ...(cookie && { cookie }), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const [line] = response.headers.getSetCookie();
    if (line !== undefined) cookie = /max-age=0/i.test(line) ? '' : line.replace(/;.*/, '');
    return response;
  };
  const email = `${protocol}@example.com`;
  const password = 'correct horse';

  const refused = await send('/me');
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Session']);
  const signedUp = await send('/api/auth/sign-up/email', { name: 'Ada', email, password });
  const [line = ''] = signedUp.headers.getSetCookie();
  expect([signedUp.status, line]).toEqual([
    200,
    expect.stringMatching(/^__Secure-.*HttpOnly; Secure; SameSite=Lax/),
  ]);
  const me = await send('/me');
  expect([me.status, await me.json(), me.headers.get('vary')]).toEqual([200, { name: 'Ada' }, 'Cookie']);

  const stolen = cookie;
  expect((await send('/api/auth/sign-out', {})).status).toBe(200);
  expect([cookie, (await send('/me')).status]).toEqual(['', 401]);
  cookie = stolen;
  expect((await send('/me')).status).toBe(401);

  cookie = '';
  expect((await send('/api/auth/sign-in/email', { email, password: 'wrong horse' })).status).toBe(401);
  expect((await send('/api/auth/sign-in/email', { email, password })).status).toBe(200);
  expect((await send('/me')).status).toBe(200);
  // From a page of another site.
  expect((await send('/api/auth/sign-out', {}, 'https://evil.example')).status).toBe(403);
  expect((await send('/me')).status).toBe(200);
  // Whatever comes, it is not a fault of the server.
  for (const to of ['/api/auth/sign-in/email', '/api/auth/nothing', '/api/auth', '/api/auth/%2e%2e/me']) {
    expect((await send(to, { email: { a: 1 } })).status).toBeLessThan(500);
  }
});
