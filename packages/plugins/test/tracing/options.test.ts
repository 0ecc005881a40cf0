import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createPlugin } from '@blaizejs/plugins';
import { health } from '@blaizejs/plugins/health';
import { metrics, type Metrics } from '@blaizejs/plugins/metrics';
import { tracing, type TracingOptions } from '@blaizejs/plugins/tracing';
import { startTestServer } from '@blaizejs/testing';
import type { Logger } from '@blaizejs/types';
import { SpanKind, SpanStatusCode, trace, type TracerProvider } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';

import { registerSdk, startTraced } from './trace.ts';

/** A logger that keeps its lines, with what their child loggers add. */
function keep(lines: object[], bound: object = {}): Logger {
  const write = (first: string | object, message?: string): void => {
    lines.push(typeof first === 'string' ? { ...bound, message: first } : { ...bound, ...first, message });
  };
  return {
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: (more) => keep(lines, { ...bound, ...more }),
  };
}

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test('the ids of the span are on the lines of a request', async () => {
    const lines: object[] = [];
    await using traced = await startTraced({}, { logger: keep(lines) });
    traced.app.server.router.addRoute('GET', '/logs', {
      handler: async (ctx) => {
        await Promise.resolve();
        ctx.log.info('here');
      },
    });
    await traced.app[protocol].request('/logs');
    await traced.app[protocol].request('/fails');
    const [first, second] = await traced.until(2);
    expect(lines.find((line) => 'message' in line && line.message === 'here')).toMatchObject({
      correlationId: expect.any(String) as string,
      trace_id: first?.spanContext().traceId,
      span_id: first?.spanContext().spanId,
      trace_flags: '01',
    });
    expect(lines.filter((line) => 'err' in line)).toMatchObject([
      { trace_id: second?.spanContext().traceId, span_id: second?.spanContext().spanId },
    ]);
  });
});

test('in the log of the server, every line below a request has the ids, once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'blaize-tracing-'));
  const file = path.join(folder, 'app.log');
  {
    const fields = () => (isOwn ? { span_id: 'own' } : {});
    let isOwn = false;
    await using traced = await startTraced({}, { logger: { file, fields } });
    const { router, log } = traced.app.server;
    router.addRoute('GET', '/logs', {
      handler: async (ctx) => {
        ctx.log.info('of the context');
        await Promise.resolve();
        log.info('of the server');
        log.child({ part: 'db' }).info('of a part');
        isOwn = true;
        log.info('with a span of its own');
        isOwn = false;
      },
    });
    await traced.app.http2.request('/logs');
    await traced.until(1);
    log.info('outside');
    const [span] = traced.spans();
    const { traceId, spanId } = span?.spanContext() ?? {};
    const text = await readFile(file, 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ids = (msg: string) => {
      const { correlationId, trace_id, span_id, trace_flags } =
        lines.find((line) => line['msg'] === msg) ?? {};
      return { correlationId: typeof correlationId, trace_id, span_id, trace_flags };
    };
    const expected = { correlationId: 'string', trace_id: traceId, span_id: spanId, trace_flags: '01' };
    for (const msg of ['of the context', 'of the server', 'of a part']) expect(ids(msg)).toEqual(expected);
    expect(ids('with a span of its own')).toEqual({ ...expected, span_id: 'own' });
    expect(ids('outside')).toEqual({ correlationId: 'undefined' });
    expect(text.match(/"trace_id"/g)).toHaveLength(4);
  }
  await rm(folder, { recursive: true });
});

test('without the plugin, lines have no ids', async () => {
  const lines: object[] = [];
  await using app = await startTestServer({ logger: keep(lines) });
  app.server.router.addRoute('GET', '/logs', { handler: (ctx) => ctx.log.info('here') });
  await app.http2.request('/logs');
  expect(lines.find((line) => 'message' in line && line.message === 'here')).toEqual({
    correlationId: expect.any(String) as string,
    message: 'here',
  });
});

test('probes have no span, unless `ignore` says otherwise', async () => {
  {
    await using traced = await startTraced({}, { plugins: [health()] });
    await traced.app.http2.request('/health');
    await traced.app.http2.request('/users/1');
    expect((await traced.until(1)).map(({ name }) => name)).toEqual(['GET /users/:id']);
  }
  await using traced = await startTraced(
    { ignore: ({ request }) => request.path.startsWith('/users') },
    { plugins: [health()] },
  );
  await traced.app.http2.request('/users/1');
  await traced.app.http2.request('/health');
  expect((await traced.until(1)).map(({ name }) => name)).toEqual(['GET /health']);
});

test('an option that throws costs the span, and nothing else', async () => {
  const lines: object[] = [];
  const ignore = (): boolean => {
    throw new Error('no');
  };
  await using traced = await startTraced({ ignore }, { logger: keep(lines) });
  const answer = await traced.app.http2.request('/users/1');
  expect(await answer.text()).toBe('1');
  expect(lines).toContainEqual(expect.objectContaining({ message: 'A request could not be traced' }));
  expect(traced.spans()).toEqual([]);
});

test('middleware and handlers have spans by option, below that of the request', async () => {
  const names = { name: 'outer', handler: (_ctx: unknown, next: () => void | Promise<void>) => next() };
  const before = { name: 'before', onRequest: () => undefined };
  await using traced = await startTraced(
    { spans: { middleware: true, handler: true } },
    { middleware: [names, before] },
  );
  await traced.app.http2.request('/users/1');
  await traced.app.http2.request('/fails');
  const spans = await traced.until(8);
  const parentOf = (id: string | undefined): string | undefined =>
    spans.find((span) => span.spanContext().spanId === id)?.name;
  expect(spans.map(({ name, parentSpanContext }) => [name, parentOf(parentSpanContext?.spanId)])).toEqual([
    ['middleware before', 'middleware outer'],
    ['handler /users/:id', 'middleware outer'],
    ['middleware outer', 'GET /users/:id'],
    ['GET /users/:id', undefined],
    ['middleware before', 'middleware outer'],
    ['handler /fails', 'middleware outer'],
    ['middleware outer', 'GET /fails'],
    ['GET /fails', undefined],
  ]);
  expect(spans.filter(({ kind }) => kind === SpanKind.SERVER)).toHaveLength(2);
  expect(spans[5]?.status).toEqual({ code: SpanStatusCode.ERROR });
});

test('handlers alone', async () => {
  await using traced = await startTraced(
    { spans: { handler: true } },
    { middleware: [(_ctx, next) => next()] },
  );
  await traced.app.http1.request('/users/1');
  expect((await traced.until(2)).map(({ name }) => name)).toEqual(['handler /users/:id', 'GET /users/:id']);
});

test('hooks of plugins have spans by option, in which they run', async () => {
  const seen: (string | undefined)[] = [];
  const note = (): void => void seen.push(trace.getActiveSpan()?.spanContext().spanId);
  const database = createPlugin('database', '1.0.0', () => ({
    initialize: note,
    onServerStart: async () => {
      await Promise.resolve();
      note();
    },
    terminate: note,
  }));
  const traced = await startTraced({ spans: { plugins: true } }, { plugins: [database] });
  await traced.app.close();
  const spans = traced.spans();
  expect(spans.map(({ name }) => name)).toEqual([
    'plugin database setup',
    'plugin database initialize',
    'plugin database onServerStart',
    'plugin database terminate',
  ]);
  expect(seen).toEqual(spans.slice(1).map((span) => span.spanContext().spanId));
  await traced[Symbol.asyncDispose]();
});

test('a provider of its own is used instead of the global one', async () => {
  using sdk = registerSdk();
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  await using app = await startTestServer({ plugins: [tracing({ provider })] });
  await app.http2.request('/nowhere');
  await expect.poll(() => exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['GET']);
  expect(sdk.exporter.getFinishedSpans()).toEqual([]);
});

test('without an SDK, requests are served, and lines have no ids', async () => {
  const lines: object[] = [];
  await using app = await startTestServer({ logger: keep(lines), plugins: [tracing()] });
  app.server.router.addRoute('GET', '/logs', { handler: (ctx) => ctx.log.info('here') });
  expect((await app.http2.request('/logs')).status).toBeLessThan(300);
  expect(lines.find((line) => 'message' in line && line.message === 'here')).not.toHaveProperty('trace_id');
});

test('the duration histogram has exemplars of sampled traces, in OpenMetrics', async () => {
  const plugins = [metrics({ listen: { port: 0 } })];
  await using traced = await startTraced({}, { plugins });
  const { url = '' } = (traced.app.server.services as { metrics: Metrics }).metrics;
  const scrape = async (accept: string): Promise<string[]> =>
    (await (await fetch(url, { headers: { accept } })).text())
      .split('\n')
      .filter((line) => line.startsWith('http_server_request_duration_seconds') && line.includes(' # '));
  await traced.app.http2.request('/users/1', {
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' },
  });
  expect(await scrape('application/openmetrics-text')).toEqual([]);
  await traced.app.http2.request('/users/1');
  const [span] = await traced.until(1);
  const { traceId, spanId } = span?.spanContext() ?? {};
  const found = await scrape('application/openmetrics-text');
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(
    new RegExp(
      `_bucket\\{.*le="[\\d.]+"\\} \\d+ # \\{trace_id="${traceId}",span_id="${spanId}"\\} [\\d.e-]+ \\d+\\.\\d+$`,
    ),
  );
  expect(await scrape('text/plain')).toEqual([]);
});

test.each([
  [{ trustIncomming: false }, 'Did you mean `trustIncoming`?'],
  [{ spans: { handlers: true } }, 'Did you mean `handler`?'],
  [{ ignore: '/health' }, 'ignore: expected a function (ctx) that returns true for no span'],
  [{ flushTimeout: 0 }, 'flushTimeout: expected a whole number above 0'],
  [{ provider: {} }, 'provider: expected a TracerProvider of OpenTelemetry'],
  [{ redact: 'x' }, 'redact: expected a list of names of parameters'],
])('%j is refused', (options, message) => {
  expect(() => tracing(options as unknown as TracingOptions)).toThrow(message);
});

test('a provider without forceFlush is fine', async () => {
  const provider: TracerProvider = { getTracer: (name) => trace.getTracer(name) };
  const app = await startTestServer({ plugins: [tracing({ provider })] });
  await app.close();
});
