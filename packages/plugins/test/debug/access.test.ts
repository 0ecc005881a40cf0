import { chmod, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

import { debug, type DebugOptions } from '@blaizejs/plugins/debug';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { startDebugging } from './serve.ts';

const TOKEN = 'a-token-of-operators';

describe('the port of its own', () => {
  test.each([
    ['DNS rebinding', { host: 'attacker.example' }, 421],
    ['DNS rebinding with a port', { host: 'attacker.example:9465' }, 421],
    ['a name that only begins right', { host: 'localhost.attacker.example' }, 421],
    ['a page of another site', { origin: 'https://attacker.example' }, 403],
    ['a page whose origin is hidden', { origin: 'null' }, 403],
    ['a form or image of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page on another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
  ])('refuses %s', async (_what, headers, status) => {
    await using debugged = await startDebugging();
    for (const [method, path] of [
      ['POST', '/heap-snapshot'],
      ['GET', '/process'],
    ] as const) {
      const reply = await debugged.ask(method, path, headers);
      expect(reply.status).toBe(status);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test.each(['localhost', '127.0.0.1', 'LOCALHOST:1', '[::1]:1'])('may be called %s', async (host) => {
    await using debugged = await startDebugging();
    expect((await debugged.ask('GET', '/', { host })).status).toBe(200);
  });

  test('takes POST for what acts, and knows nothing else', async () => {
    await using debugged = await startDebugging();
    for (const path of ['/cpu-profile', '/heap-profile', '/heap-snapshot', '/report']) {
      const { status, headers } = await debugged.ask('GET', path);
      expect([status, headers['allow']]).toEqual([405, 'POST']);
    }
    expect((await debugged.ask('OPTIONS', '/')).status).toBe(405);
    expect((await debugged.ask('POST', '/')).status).toBe(405);
    expect((await debugged.ask('GET', '/nowhere')).status).toBe(404);
    expect((await debugged.ask('GET', '/../process')).status).toBe(404);
    expect((await debugged.ask('HEAD', '/process')).status).toBe(200);
  });

  test('asks for the token', async () => {
    await using debugged = await startDebugging({ token: TOKEN });
    const ask = async (authorization?: string): Promise<number> =>
      (await debugged.ask('GET', '/', authorization === undefined ? {} : { authorization })).status;
    expect(await ask(`Bearer ${TOKEN}`)).toBe(200);
    expect(await ask()).toBe(401);
    expect(await ask(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await ask(`Bearer ${TOKEN.slice(1)}`)).toBe(401);
    expect(await ask(`Basic ${TOKEN}`)).toBe(401);
    expect(await ask('Bearer')).toBe(401);
  });
});

describe('a Unix socket', () => {
  test('is for this user only, and replaces one that was left behind', async () => {
    const path = join(await temporaryFolder(), 'debug.sock');
    for (let i = 0; i < 2; i++) {
      const debugged = await startDebugging({ listen: { path } });
      expect(debugged.url).toBe(`unix:${path}`);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await debugged.ask('GET', '/')).status).toBe(200);
      await debugged.app.close();
    }
  });

  test('that another process listens on is not taken away', async () => {
    const path = join(await temporaryFolder(), 'debug.sock');
    const other = createServer((socket) => socket.destroy());
    await once(other.listen(path), 'listening');
    await chmod(path, 0o700);
    await expect(startTestServer({ plugins: [debug({ listen: { path } })] })).rejects.toMatchObject({
      cause: { code: 'EADDRINUSE' },
    });
    other.close();
  });
});

describe.each(['http1', 'http2'] as const)('routes of the server over %s', (protocol) => {
  const allow: DebugOptions['allow'] = (ctx) => ctx.request.header('authorization') === `Bearer ${TOKEN}`;
  const headers = { authorization: `Bearer ${TOKEN}` };

  test('are there only for requests that `allow` lets through', async () => {
    await using app = await startTestServer({ plugins: [debug({ allow })] });
    const client = app[protocol];
    for (const path of ['/debug', '/debug/process']) {
      expect((await client.request(path)).status).toBe(404);
      expect((await client.request(path, { headers })).status).toBe(200);
    }
    const asked = { method: 'POST', headers };
    const profile = await client.request('/debug/heap-profile?seconds=0.1', asked);
    expect(profile.headers.get('content-disposition')).toContain('.heapprofile');
    expect(profile.headers.get('cache-control')).toBe('no-store');
    expect(await profile.json()).toHaveProperty('head');
    expect((await client.request('/debug/nowhere', { headers })).status).toBe(404);
    const page = { ...headers, origin: 'https://attacker.example' };
    expect((await client.request('/debug/process', { headers: page })).status).toBe(403);
  });

  test('end a profile when the client leaves', async () => {
    await using app = await startTestServer({ plugins: [debug({ allow: () => true })] });
    const client = app[protocol];
    const abort = new AbortController();
    const asked = client.request('/debug/heap-profile?seconds=60', { method: 'POST', signal: abort.signal });
    const ended = expect(asked).rejects.toThrow();
    const other = async (): Promise<number> =>
      (await client.request('/debug/heap-profile?seconds=0.01', { method: 'POST' })).status;
    await expect.poll(other).toBe(409);
    abort.abort();
    await ended;
    await expect.poll(other).toBe(200);
  });
});

test('nobody is let in if `allow` returns anything but true', async () => {
  for (const answer of [() => Promise.resolve(true), () => Promise.reject(new Error('No.'))]) {
    const odd = answer as unknown as NonNullable<DebugOptions['allow']>;
    await using app = await startTestServer({ plugins: [debug({ allow: odd })] });
    expect((await app.http2.request('/debug')).status).toBe(404);
  }
});
