import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { inject } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { startTraced } from './trace.ts';

const only = (spans: readonly ReadableSpan[]): ReadableSpan => {
  expect(spans.map(({ name }) => name)).toHaveLength(1);
  return spans[0] as ReadableSpan;
};

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test('a request has one server span, named after its route, with all that the conventions ask for', async () => {
    await using traced = await startTraced();
    const { port } = traced.app.server;
    await traced.app[protocol].request('/users/1?page=2&access_token=abc&sig=d', {
      headers: { 'user-agent': 'tester/1' },
    });
    const span = only(await traced.until(1));
    expect(span.name).toBe('GET /users/:id');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/users/:id',
      'url.scheme': 'https',
      'url.path': '/users/1',
      'url.query': 'page=2&access_token=REDACTED&sig=REDACTED',
      'server.address': new URL(traced.app.url).hostname,
      'server.port': port,
      'client.address': expect.stringMatching(/127\.0\.0\.1|::1/) as string,
      'network.peer.address': expect.stringMatching(/127\.0\.0\.1|::1/) as string,
      'network.peer.port': expect.any(Number) as number,
      'network.protocol.name': 'http',
      'network.protocol.version': protocol === 'http2' ? '2' : '1.1',
      'user_agent.original': 'tester/1',
    });
  });

  test('an error of the server is recorded, and one of the client is not', async () => {
    await using traced = await startTraced();
    await traced.app[protocol].request('/fails');
    await traced.app[protocol].request('/nowhere/1');
    const [failed, missing] = await traced.until(2);
    expect(failed?.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' });
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(failed?.events.map(({ attributes }) => attributes)).toEqual([
      {
        'exception.type': 'RangeError',
        'exception.message': 'out of range',
        'exception.stacktrace': expect.stringContaining('RangeError: out of range') as string,
      },
    ]);
    expect(missing?.name).toBe('GET');
    expect(missing?.attributes['http.response.status_code']).toBe(404);
    expect(missing?.attributes).not.toHaveProperty('http.route');
    expect(missing?.attributes).not.toHaveProperty(['error.type']);
    expect(missing?.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(missing?.events).toEqual([]);
  });

  test('a method that nobody knows is no name', async () => {
    await using traced = await startTraced();
    await traced.app[protocol].request('/users/1', { method: 'PROPFIND' });
    const span = only(await traced.until(1));
    expect(span.name).toBe('HTTP');
    expect(span.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
  });

  test('a request whose client leaves says so, and is no error of the server', async () => {
    await using traced = await startTraced();
    let entered = (): void => undefined;
    const inHandler = new Promise<void>((resolve) => (entered = resolve));
    traced.app.server.router.addRoute('GET', '/waits', {
      handler: () => {
        entered();
        return new Promise(() => undefined);
      },
    });
    const abort = new AbortController();
    const asked = traced.app[protocol].request('/waits', { signal: abort.signal });
    await inHandler;
    abort.abort();
    await Promise.allSettled([asked]);
    const span = only(await traced.until(1));
    expect(span.attributes['error.type']).toBe('aborted');
    expect(span.attributes).not.toHaveProperty(['http.response.status_code']);
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
  });

  test('an answer that the server breaks off is its error', async () => {
    await using traced = await startTraced();
    traced.app.server.router.addRoute('GET', '/breaks', {
      async *handler() {
        yield 'begun';
        await new Promise((resolve) => setImmediate(resolve));
        throw new TypeError('source failed');
      },
    });
    await traced.app[protocol].request('/breaks').catch(() => undefined);
    const span = only(await traced.until(1));
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 200, 'error.type': 'TypeError' });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span.events[0]?.attributes?.['exception.message']).toBe('source failed');
  });

  test('a timeout is a 503 with its error, and its hooks run in the span', async () => {
    const seen: unknown[] = [];
    const watch = {
      name: 'watch',
      onSend: () => void seen.push(trace.getActiveSpan()?.spanContext().spanId),
    };
    await using traced = await startTraced({}, { limits: { handlerTimeout: 50 }, middleware: [watch] });
    await traced.app[protocol].request('/hangs');
    const span = only(await traced.until(1));
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
    expect(span.events[0]?.attributes?.['exception.message']).toContain('was not answered within 50 ms');
    expect(seen).toEqual([span.spanContext().spanId]);
  });

  test('a request that the server refuses has a span, too', async () => {
    await using traced = await startTraced({}, { limits: { maxUrlLength: 100 } });
    await traced.app[protocol].request(`/${'x'.repeat(5000)}`);
    const span = only(await traced.until(1));
    expect(span.attributes['http.response.status_code']).toBe(414);
    expect(String(span.attributes['url.path']).length).toBe(2048);
  });

  test('the span is active in middleware, handler, hooks, and whatever they start', async () => {
    const seen: (string | undefined)[] = [];
    const note = (): void => void seen.push(trace.getActiveSpan()?.spanContext().spanId);
    const watch = {
      name: 'watch',
      onRequest: note,
      onSend: note,
    };
    await using traced = await startTraced({}, { middleware: [watch] });
    traced.app.server.router.addRoute('POST', '/echo', {
      handler: async ({ request, response }) => {
        response.onFinish(note);
        const text = await request.text();
        note();
        await new Promise((resolve) => setTimeout(resolve, 1));
        note();
        return text;
      },
    });
    const answer = await traced.app[protocol].request('/echo', { method: 'POST', body: 'x'.repeat(100_000) });
    await answer.text();
    const span = only(await traced.until(1));
    await expect.poll(() => seen.length).toBe(5);
    expect(new Set(seen)).toEqual(new Set([span.spanContext().spanId]));
  });
});

test('in process, a request has one span, below the one that is active', async () => {
  await using traced = await startTraced();
  await trace.getTracer('test').startActiveSpan('outer', async (outer) => {
    await inject(traced.app.server, '/users/1');
    outer.end();
  });
  const [inner, outer] = await traced.until(2);
  expect(inner?.name).toBe('GET /users/:id');
  expect(inner?.kind).toBe(SpanKind.SERVER);
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  expect(inner?.attributes).not.toHaveProperty(['network.peer.address']);
});

test('a server that was started in a span has requests outside of it', async () => {
  await using traced = await startTraced();
  // HTTP/2 streams inherit the asynchronous context of their connection.
  await trace.getTracer('test').startActiveSpan('outer', async (outer) => {
    await traced.app.http2.request('/users/1');
    outer.end();
  });
  const spans = await traced.until(2);
  const request = spans.find(({ kind }) => kind === SpanKind.SERVER);
  expect(request?.parentSpanContext).toBeUndefined();
});

test('behind a trusted proxy, client and server are those that it names', async () => {
  await using traced = await startTraced({}, { trustProxy: 1 });
  await traced.app.http1.request('/users/1', {
    headers: {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'example.org',
    },
  });
  const span = only(await traced.until(1));
  expect(span.attributes).toMatchObject({
    'client.address': '203.0.113.7',
    'url.scheme': 'http',
    'server.address': 'example.org',
    'server.port': 80,
    'network.peer.address': expect.stringMatching(/127\.0\.0\.1|::1/) as string,
  });
});

test('secrets in queries and paths are left out', async () => {
  await using traced = await startTraced({ redact: ['Iban'] });
  traced.app.server.router.addRoute('GET', '/reset/:token', { handler: () => 'ok' });
  await traced.app.http2.request(
    '/reset/abc%20d?AWSAccessKeyId=1&X-Goog-Signature=2&iban=3&q=eyJhbGciOi.x&r=4',
  );
  const span = only(await traced.until(1));
  expect(span.attributes).toMatchObject({
    'url.path': '/reset/REDACTED',
    'url.query': 'AWSAccessKeyId=REDACTED&X-Goog-Signature=REDACTED&iban=REDACTED&q=REDACTED&r=4',
  });
});

test.each([
  ['/users/eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', '/users/REDACTED'],
  ['/nothing/eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl/x', '/nothing/REDACTED/x'],
  ['/users/%65yJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', '/users/REDACTED'],
  ['/users/7;token=hunter2;v=1', '/users/7;token=REDACTED;v=1'],
  ['/nothing/https://ada:hunter2@example.org/', '/nothing/https://REDACTED@example.org/'],
])('of the path %s a span has %s, as logs do', async (path, expected) => {
  await using traced = await startTraced();
  await traced.app.http2.request(path);
  expect(only(await traced.until(1)).attributes['url.path']).toBe(expected);
});
