import { content, reply } from '@blaizejs/context';
import { createMiddleware } from '@blaizejs/middleware';
import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport } from '../transports.ts';

const User = z.object({ name: z.string() });

onEveryTransport(
  'negotiation',
  () => ({ mode: 'production', logger: false }),
  ({ server }) => {
    server.use([
      createMiddleware({ name: 'cors', onRequest: (ctx) => void ctx.response.append('vary', 'origin') }),
    ]);
    server.router.addRoute(
      'GET',
      '/user',
      createGetRoute({
        schema: { response: { 200: User, 404: z.object({ code: z.string() }) } },
        handler: ({ response }) =>
          response.format({
            json: () => ({ name: 'Ada', passwordHash: 'x' }),
            html: () => '<b>Ada</b>',
            text: () => reply(200, 'Ada'),
          }),
      }),
    );
    server.router.addRoute('GET', '/nothing', { handler: ({ response }) => response.format({}) });
    server.router.addRoute('GET', '/best', {
      handler: ({ request }) => request.accepts('image/avif', 'image/webp') ?? 'none',
    });
    server.router.addRoute(
      'GET',
      '/pixel',
      createGetRoute({
        schema: { response: content('image/gif') },
        handler: () => Buffer.from('R0lGODlhAQABAAAAACw=', 'base64'),
      }),
    );
    server.router.addRoute(
      'POST',
      '/many',
      createPostRoute({ schema: { body: z.array(z.number()) }, handler: () => 'x' }),
    );
  },
  (reach) => {
    const get = async (path: string, accept?: string) => {
      const response = await reach().request(path, accept === undefined ? {} : { headers: { accept } });
      const { status, headers } = response;
      return {
        status,
        type: headers.get('content-type'),
        vary: headers.get('vary'),
        text: await response.text(),
      };
    };

    test('the client gets what it likes best; only JSON is checked by the schema', async () => {
      const vary = 'origin, accept';
      expect(await get('/user')).toEqual({
        status: 200,
        type: 'application/json; charset=utf-8',
        vary,
        text: '{"name":"Ada"}',
      });
      expect(await get('/user', 'text/html,application/xhtml+xml,*/*;q=0.8')).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
        vary,
        text: '<b>Ada</b>',
      });
    });

    test('format() without an answer is a fault of the handler, not a 406', async () => {
      expect(await get('/nothing')).toMatchObject({ status: 500, type: 'application/problem+json' });
    });

    test('406 lists what there is, and keeps Vary', async () => {
      const { status, type, vary, text } = await get('/user', 'image/png');
      expect([status, type, vary]).toEqual([406, 'application/problem+json', 'origin, accept']);
      expect(JSON.parse(text)).toMatchObject({
        code: 'ERR_BLAIZE_NOT_ACCEPTABLE',
        details: { available: ['application/json', 'text/html', 'text/plain'] },
      });
    });

    test('accepts() names the best', async () => {
      expect((await get('/best', 'image/webp, image/avif;q=0.1')).text).toBe('image/webp');
      expect((await get('/best', 'image/png')).text).toBe('none');
    });

    test('content() gives its type to bytes', async () => {
      expect(await get('/pixel')).toMatchObject({ status: 200, type: 'image/gif' });
    });

    test('20,000 problems make a small answer', async () => {
      const response = await reach().request('/many', {
        method: 'POST',
        body: Array.from({ length: 20_000 }, () => 'x'),
      });
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text.length).toBeLessThan(20_000);
      const { detail, details } = JSON.parse(text) as { detail: string; details: unknown[] };
      expect(detail).toBe(
        'Request validation failed: body/0: Invalid input: expected number, received string (and 19,999 more)',
      );
      expect(details).toHaveLength(50);
    });
  },
);
