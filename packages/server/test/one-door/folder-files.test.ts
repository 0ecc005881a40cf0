import path from 'node:path';

import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';

const routesDir = path.join(import.meta.dirname, 'fixtures/folder-routes');
const errors: string[] = [];
const told: string[] = [];

onEveryTransport(
  '_404 and _error files',
  () => ({
    mode: 'production',
    routesDir,
    middleware: [{ name: 'global', onError: (error) => void told.push(error.message) }],
  }),
  ({ server }) => {
    server.events.on('error', (error) => void errors.push(error.message));
    server.mount('/mounted', () => new Response('mounted'));
  },
  (reach) => {
    const post = (why: string): Promise<Response> =>
      reach().request(`/shop/fail?why=${why}`, { method: 'POST' });

    test('the _404 of the deepest folder answers, with the middleware of its folders', async () => {
      const top = await reach().request('/nowhere?x=1');
      expect([top.status, await top.text()]).toEqual([404, '<h1>No /nowhere</h1>']);
      expect(Object.fromEntries(top.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-way': 'root',
        'x-sent': '404',
      });
      const deep = await reach().request('/shop/7/a/b?c=d');
      expect(deep.status).toBe(404);
      expect(await deep.json()).toEqual({ params: { id: '7' }, query: { c: 'd' } });
      expect(deep.headers.get('x-way')).toBe('root, shop');
    });

    test('its status is 404 unless the handler sets another', async () => {
      const gone = await reach().request('/shop/7/a?as=gone');
      expect([gone.status, await gone.text()]).toEqual([410, 'gone']);
      const whole = await reach().request('/shop/7/a?as=response');
      expect([whole.status, await whole.text()]).toEqual([404, 'a Response']);
    });

    test('if it answers nothing, the framework does, and an error in it goes to _error', async () => {
      const nothing = await reach().request('/nothing');
      expect([nothing.status, await nothing.text()]).toEqual([404, 'root: There is nothing at /nothing.']);
      const failed = await reach().request('/shop/7/a?as=error');
      expect([failed.status, await failed.json()]).toEqual([500, { page: 'shop 500' }]);
    });

    test('HEAD has the head of a _404, and no body', async () => {
      const head = await reach().request('/nowhere', { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([404, '']);
      expect(head.headers.get('content-length')).toBe(String('<h1>No /nowhere</h1>'.length));
    });

    test('405, OPTIONS, 400, 501 and mounts are not its business', async () => {
      const wrong = await reach().request('/shop/7', { method: 'POST' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'OPTIONS, PUT']);
      const options = await reach().request('/shop/7', { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'OPTIONS, PUT']);
      const none = await reach().request('/nowhere', { method: 'OPTIONS' });
      expect([none.status, none.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      expect((await reach().request('/shop/%ff')).status).toBe(400);
      expect(await (await reach().request('/mounted/x')).text()).toBe('mounted');
    });

    test('the _error of the deepest folder answers, with the status and the headers of the error', async () => {
      const teapot = await post('teapot');
      expect([teapot.status, await teapot.json()]).toEqual([418, { page: 'shop 418' }]);
      expect(teapot.headers.get('retry-after')).toBe('7');
      expect(teapot.headers.get('x-kept')).toBe('yes');
      expect(teapot.headers.get('x-sent')).toBe('418');
      expect(teapot.headers.has('etag')).toBe(false);
      expect(teapot.headers.has('x-correlation-id')).toBe(true);
      const plain = await reach().request('/plain/fail');
      expect([plain.status, await plain.text()]).toEqual([500, 'root: plain']);
      expect(told).toContain('plain');
      expect(errors).toContain('plain');
    });

    test('an error of a schema is answered, too, and HEAD has no body', async () => {
      const misfit = await reach().request('/shop/fail', { method: 'POST' });
      expect([misfit.status, await misfit.json()]).toEqual([400, { page: 'shop 400' }]);
      const head = await reach().request('/plain/fail', { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([500, '']);
    });

    test('a timeout is answered, too: of the handler, and of an _error that hangs', async () => {
      for (const path of ['/shop/slow', '/shop/slow?error']) {
        const slow = await reach().request(path);
        expect([slow.status, await slow.json()]).toEqual([503, { page: 'shop 503' }]);
      }
    });

    test('the answer may have another status', async () => {
      const teapot = await post('other status');
      expect([teapot.status, await teapot.text()]).toEqual([418, 'a teapot']);
      const whole = await post('response');
      expect([whole.status, await whole.text()]).toEqual([403, 'from a Response']);
      expect(whole.headers.get('x-own')).toBe('yes');
      const moved = await reach().request('/shop/fail?why=redirect', { method: 'POST', redirect: 'manual' });
      expect([moved.status, moved.headers.get('location')]).toEqual([302, '/login']);
    });

    test('what answers nothing, throws or cannot be encoded passes the error on', async () => {
      const passed = await post('pass');
      expect([passed.status, await passed.text()]).toEqual([410, 'root: pass']);
      const replaced = await post('replace');
      expect([replaced.status, await replaced.text()]).toEqual([409, 'root: replaced']);
      expect(replaced.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      const misprint = await post('misprint');
      expect(misprint.status).toBe(500);
      expect(await misprint.text()).toMatch(/^root: .*BigInt/);
      expect(errors.join()).toMatch(/BigInt/);
    });
  },
);

onEveryTransport(
  'an error after the head',
  () => ({ routesDir }),
  ({ server }) => void server.events.on('error', () => undefined),
  (reach) => {
    test('breaks the answer off', async () => {
      const broken = await reach().request('/shop/fail');
      expect(broken.status).toBe(200);
      await expect(broken.text()).rejects.toThrow();
    });
  },
  WIRES,
);
