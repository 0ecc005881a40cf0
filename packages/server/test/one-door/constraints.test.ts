import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

onEveryTransport(
  'routes with constraints',
  () => ({}),
  ({ server }) => {
    const { router } = server;
    router.addRoute('GET', '/users', { constraints: { version: '1' }, handler: () => 'one' });
    router.addRoute('GET', '/users', {
      constraints: { version: '2' },
      handler: ({ response }) => response.header('vary', 'origin').text('two'),
    });
    router.addRoute('POST', '/users', { constraints: { version: '2' }, handler: () => 'posted' });
    router.addRoute('GET', '/tenant', {
      constraints: { headers: { 'x-tenant': /^[a-z]+$/ } },
      handler: () => 'tenant',
    });
    router.addRoute('GET', '/tenant', { handler: () => 'nobody' });
    router.addRoute('GET', '/here', { constraints: { host: 'localhost' }, handler: () => 'local' });
    router.addRoute('GET', '/there', { constraints: { host: 'elsewhere.example' }, handler: () => 'remote' });
    router.addRoute('GET', '/error', {
      constraints: { accept: 'application/vnd.acme.v2+json' },
      handler: () => {
        throw Object.assign(new Error('no'), { status: 400 });
      },
    });
    router.addRoute('GET', '/plain', { handler: () => 'plain' });
  },
  (reach) => {
    const get = async (
      path: string,
      headers: Record<string, string> = {},
      method = 'GET',
    ): Promise<unknown[]> => {
      const response = await reach().request(path, { method, headers });
      const text = await response.text();
      return [response.status, response.status === 200 ? text : '', response.headers.get('vary')];
    };

    test('are found by header, and say so to caches', async () => {
      expect(await get('/users', { 'accept-version': '1' })).toEqual([200, 'one', 'accept-version']);
      expect(await get('/users', { 'accept-version': '2' })).toEqual([200, 'two', 'origin, accept-version']);
      expect(await get('/users', { 'accept-version': '2' }, 'HEAD')).toEqual([
        200,
        '',
        'origin, accept-version',
      ]);
      expect(await get('/tenant', { 'x-tenant': 'acme' })).toEqual([200, 'tenant', 'x-tenant']);
      expect(await get('/tenant', { 'x-tenant': '7' })).toEqual([200, 'nobody', 'x-tenant']);
      expect(await get('/plain', { 'accept-version': '9' })).toEqual([200, 'plain', null]);
    });

    test('are found by host', async () => {
      expect(await get('/here')).toEqual([200, 'local', null]);
      expect((await get('/there'))[0]).toBe(404);
    });

    test('an error has the same Vary', async () => {
      const [status, , vary] = await get('/error', { accept: 'application/vnd.acme.v2+json' });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(vary).toBe('accept');
    });

    test('404, 405 and OPTIONS know which methods fit, and vary by all that decides', async () => {
      const vary = 'accept, accept-version, x-tenant';
      expect(await get('/users', { 'accept-version': '3' })).toEqual([404, '', vary]);
      const options = await reach().request('/users', {
        method: 'OPTIONS',
        headers: { 'accept-version': '2' },
      });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
      const wrong = await reach().request('/users', { method: 'PUT', headers: { 'accept-version': '1' } });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect(wrong.headers.get('vary')).toBe(vary);
    });
  },
);
