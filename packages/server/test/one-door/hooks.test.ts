import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createGzip } from 'node:zlib';

import { BadRequestError, ForbiddenError } from '@blaizejs/errors';
import { createMiddleware } from '@blaizejs/middleware';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

/** What a hook saw, by path. */
const seen = new Map<string, { status: number; payload: unknown; type: string | undefined }>();

/** As a library for it would be written: it knows nothing of what is answered. */
const compress = createMiddleware({
  name: 'compress',
  onSend: (ctx) => {
    const { response } = ctx;
    response.append('vary', 'accept-encoding');
    if (ctx.request.header('accept-encoding') !== 'gzip') return;
    const payload = response.payload();
    if (payload === null) return;
    response.header('content-encoding', 'gzip');
    response.send(payload instanceof Readable ? payload.pipe(createGzip()) : gzipSync(payload));
  },
});

const observe = createMiddleware({
  name: 'observe',
  onSend: ({ request, response }) => {
    const payload = response.payload();
    seen.set(request.path, {
      status: response.statusCode,
      payload: payload instanceof Readable ? 'a stream' : payload,
      type: response.get('content-type'),
    });
    response.append('vary', ['origin', 'Accept-Encoding']);
  },
});

onEveryTransport(
  'onSend',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.use([observe, compress]);
    server.router.addRoute('GET', '/json', { handler: () => ({ a: 'ä' }) });
    server.router.addRoute('GET', '/stream', {
      handler: async function* () {
        yield 'one ';
        yield 'two';
      },
    });
    server.router.addRoute('GET', '/bad', {
      handler: () => {
        throw new BadRequestError('No.');
      },
    });
    server.router.addRoute('GET', '/broken', {
      handler: () => {
        throw new Error('secret');
      },
    });
    server.router.addRoute('GET', '/empty', { handler: () => undefined });
    server.router.addRoute('POST', '/json', { handler: () => 'made' });
  },
  (reach) => {
    const decoded = async (response: Response): Promise<string> => {
      const bytes = Buffer.from(await response.arrayBuffer());
      // A Web client may have undone the coding by itself.
      return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
    };

    test.each([
      ['/json', 200, '{"a":"ä"}'],
      ['/stream', 200, 'one two'],
      ['/nowhere', 404, '"status":404'],
      ['/bad', 400, '"detail":"No."'],
      ['/broken', 500, '"detail":"Internal Server Error"'],
      ['/%zz', 400, '"status":400'],
    ])('sees and replaces whatever is sent: %s', async (path, status, text) => {
      const response = await reach().request(path, { headers: { 'accept-encoding': 'gzip' } });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(response.headers.get('vary')).toBe('accept-encoding, origin');
      expect(await decoded(response)).toContain(text);
      expect(seen.get(path)).toMatchObject({ status });
    });

    test('sees text, type and length of a value once it is encoded', async () => {
      const response = await reach().request('/json');
      expect(await response.text()).toBe('{"a":"ä"}');
      expect(response.headers.get('content-length')).toBe('10');
      expect(seen.get('/json')).toEqual({
        status: 200,
        payload: '{"a":"ä"}',
        type: 'application/json; charset=utf-8',
      });
    });

    test('sees no payload where there is none, and 405 as problem details', async () => {
      expect((await reach().request('/empty')).status).toBe(204);
      expect(seen.get('/empty')).toEqual({ status: 204, payload: null, type: undefined });
      const response = await reach().request('/json', { method: 'DELETE' });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
      expect(seen.get('/json')).toMatchObject({ status: 405, type: 'application/problem+json' });
    });

    test('HEAD has the fields of GET, coded or not, and no content', async () => {
      const plain = await reach().request('/json', { method: 'HEAD' });
      expect(plain.headers.get('content-length')).toBe('10');
      const coded = await reach().request('/json', {
        method: 'HEAD',
        headers: { 'accept-encoding': 'gzip' },
      });
      expect(coded.headers.get('content-encoding')).toBe('gzip');
      expect(coded.headers.get('content-length')).toBe(String(gzipSync('{"a":"ä"}').length));
      expect(await coded.text()).toBe('');
      const stream = await reach().request('/stream', { method: 'HEAD' });
      expect([stream.status, await stream.text()]).toEqual([200, '']);
    });
  },
);

onEveryTransport(
  'a hook that fails',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.use({
      name: 'fails',
      onSend: async (ctx) => {
        if (ctx.request.query.at === 'later') await Promise.resolve();
        throw ctx.request.query.with === '403' ? new ForbiddenError('No entry.') : new Error('secret');
      },
    });
    server.router.addRoute('GET', '/', { handler: ({ response }) => response.header('x-set', '1').json(1) });
  },
  (reach) => {
    test.each(['/?at=once', '/?at=later', '/nowhere?at=later'])(
      'makes one 500, without hooks: %s',
      async (path) => {
        const response = await reach().request(path);
        expect(response.status).toBe(500);
        expect(await response.json()).toMatchObject({ status: 500, detail: 'Internal Server Error' });
      },
    );

    test('with an error that has a status, that status', async () => {
      const response = await reach().request('/?with=403');
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ detail: 'No entry.' });
    });
  },
);

onEveryTransport(
  'onError',
  () => ({ mode: 'production' }),
  ({ server }) => {
    const told: string[] = [];
    server.events.on('error', () => undefined);
    server.use([
      { name: 'outer', onError: (error) => void told.push(`outer ${error.message}`) },
      {
        name: 'maps',
        onError: async (error) => {
          told.push(`inner ${error.message}`);
          await Promise.resolve();
          return error.message === 'row not found' ? new BadRequestError('There is no such row.') : undefined;
        },
      },
    ]);
    server.router.addRoute('GET', '/told', { handler: () => told.splice(0) });
    server.router.addRoute('GET', '/row', {
      handler: () => {
        throw new Error('row not found');
      },
    });
    server.router.addRoute('GET', '/later', {
      handler: async () => {
        await Promise.resolve();
        throw new Error('else');
      },
    });
  },
  (reach) => {
    test('maps an error to another, in reverse order of middleware', async () => {
      const response = await reach().request('/row');
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ detail: 'There is no such row.' });
      const told = await reach().request('/told');
      expect(await told.json()).toEqual(['inner row not found', 'outer There is no such row.']);
    });

    test('leaves an error that it does not map', async () => {
      expect((await reach().request('/later')).status).toBe(500);
      expect(await (await reach().request('/told')).json()).toEqual(['inner else', 'outer else']);
      expect((await reach().request('/nowhere')).status).toBe(404);
      expect(await (await reach().request('/told')).json()).toEqual([
        'inner There is nothing at /nowhere.',
        'outer There is nothing at /nowhere.',
      ]);
    });
  },
);
