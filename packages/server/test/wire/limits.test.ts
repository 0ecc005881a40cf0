import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';

import type { BlaizeError } from '@blaizejs/errors';
import type { TestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

// Those that all protocols share; each adapter's own are tested with it.
onEveryTransport(
  'limits',
  () => ({ limits: { maxUrlLength: 100, maxParamLength: 20, handlerTimeout: 60 }, bodyLimit: 10 }),
  addRoutes,
  (reach) => {
    test('a URL above maxUrlLength gets 414 (RFC 9110 section 15.5.15)', async () => {
      const { request, app } = reach();
      expect((await request(`/params/1?${'a'.repeat(90)}`)).status).toBe(200);
      const response = await request(`/params/1?${'a'.repeat(91)}`);
      expect(response.status).toBe(414);
      expect(await response.json()).toMatchObject({
        detail: 'The URL is longer than 100 characters.',
        code: 'ERR_BLAIZE_URI_TOO_LONG',
      });
      expect(app.server.limitHits.maxUrlLength).toBe(1);
    });

    test('so does one without a route', async () => {
      expect((await reach().request(`/${'a'.repeat(200)}`)).status).toBe(414);
    });

    test('a parameter above maxParamLength gets 414, counted as it is decoded', async () => {
      const { request, app } = reach();
      expect((await request(`/params/${'%C3%BC'.repeat(10)}`)).status).toBe(200);
      expect((await request(`/params/${'a'.repeat(21)}`)).status).toBe(414);
      expect(app.server.limitHits.maxParamLength).toBe(1);
    });

    test('content above bodyLimit gets 413 (RFC 9110 section 15.5.14)', async () => {
      const { request, app } = reach();
      const response = await request('/body', { method: 'POST', body: 'a'.repeat(11) });
      expect(response.status).toBe(413);
      expect(app.server.limitHits.bodyLimit).toBe(1);
    });

    test('a handler that never answers gets 503, and hears of it (RFC 9110 section 15.6.4)', async () => {
      const { request, app } = reach();
      const before = app.server.limitHits.handlerTimeout;
      const response = await request('/hangs');
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_SERVICE_UNAVAILABLE' });
      expect(app.server.limitHits.handlerTimeout).toBe(before + 1);
      expect(await (await request('/reason')).text()).toBe('GET /hangs was not answered within 60 ms.');
    });

    test('what such a handler does later is no second answer and no error', async () => {
      const { request, app } = reach();
      const errors: unknown[] = [];
      app.server.events.on('error', (error) => errors.push(error));
      expect((await request('/late')).status).toBe(503);
      expect(await (await request('/late-result')).text()).toBe('ERR_BLAIZE_RESPONSE_SENT');
      expect(errors).toEqual([]);
    });

    test('a stream has as long for its first chunk, and all the time for the others', async () => {
      const { request } = reach();
      expect((await request('/stream/never')).status).toBe(503);
      const response = await request('/stream/slow');
      expect(await response.text()).toBe('first second');
    });
  },
);

function addRoutes({ server: { router } }: TestServer): void {
  let reason: unknown;
  let late: Promise<unknown> | undefined;
  router.addRoute('GET', '/params/:id', { handler: () => 'found' });
  router.addRoute('POST', '/body', { handler: (ctx) => ctx.request.text() });
  router.addRoute('GET', '/hangs', {
    handler: async ({ request: { signal } }) => {
      await once(signal, 'abort');
      reason = signal.reason;
      throw signal.reason;
    },
  });
  router.addRoute('GET', '/reason', { handler: () => (reason as Error).message });
  router.addRoute('GET', '/late', {
    handler: async (ctx) => {
      await once(ctx.request.signal, 'abort');
      // The 503 is written once those who listen have heard.
      late = setImmediate().then(() => {
        ctx.response.status(200);
      });
      await late;
    },
  });
  router.addRoute('GET', '/late-result', {
    handler: () => late?.catch((error: unknown) => (error as BlaizeError).code),
  });
  router.addRoute('GET', '/stream/never', {
    handler: (ctx) => ctx.response.stream(chunks(ctx.request.signal, [])),
  });
  router.addRoute('GET', '/stream/slow', {
    handler: (ctx) => ctx.response.stream(chunks(undefined, ['first ', 'second'])),
  });
}

/** Gives chunks with longer between them than a handler may take, and then waits for a signal. */
async function* chunks(signal: AbortSignal | undefined, list: string[]): AsyncGenerator<string> {
  for (const [index, chunk] of list.entries()) {
    if (index > 0) await setTimeout(120);
    yield chunk;
  }
  if (signal) await once(signal, 'abort');
}
