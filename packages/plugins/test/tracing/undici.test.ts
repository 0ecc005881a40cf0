/** With `@opentelemetry/instrumentation-undici`, which traces `fetch()`. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startTraced, type TracedServer } from './trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

/** Somebody else's server, which answers with the headers that it got. */
let other: Server;
let url: string;

beforeEach(async () => {
  other = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  await once(other.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
});
afterEach(() => {
  other.closeAllConnections();
  other.close();
});

/** A traced server with `/calls`, which calls the other server, and with the instrumentation. */
async function startInstrumented(): Promise<TracedServer> {
  const traced = await startTraced();
  traced.app.server.router.addRoute('GET', '/calls/:id', {
    handler: async ({ request }) => (await fetch(`${url}/of/${request.params.id}`)).json(),
  });
  const instrumentation = new UndiciInstrumentation();
  instrumentation.setTracerProvider(trace.getTracerProvider());
  return {
    ...traced,
    async [Symbol.asyncDispose]() {
      instrumentation.disable();
      await traced[Symbol.asyncDispose]();
    },
  };
}

const ofKind = (spans: readonly ReadableSpan[], kind: SpanKind): ReadableSpan[] =>
  spans.filter((span) => span.kind === kind);

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test("what a handler fetches is a span below that of the request, and goes on with the caller's trace", async () => {
    await using traced = await startInstrumented();
    const answer = await traced.app[protocol].request('/calls/1', {
      headers: { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1' },
    });
    const headers = (await answer.json()) as IncomingHttpHeaders;
    const spans = await traced.until(2);
    expect(spans).toHaveLength(2);
    const [[incoming], [outgoing]] = [ofKind(spans, SpanKind.SERVER), ofKind(spans, SpanKind.CLIENT)];
    expect(incoming?.parentSpanContext?.spanId).toBe(PARENT);
    expect(outgoing?.parentSpanContext?.spanId).toBe(incoming?.spanContext().spanId);
    expect(outgoing?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.path': '/of/1',
    });
    expect(headers).toMatchObject({
      traceparent: `00-${TRACE}-${outgoing?.spanContext().spanId}-01`,
      tracestate: 'vendor=1',
    });
  });

  test('of requests at the same time, each call is below its own', async () => {
    await using traced = await startInstrumented();
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(
      ids.map(async (id) => (await traced.app[protocol].request(`/calls/${id}`)).arrayBuffer()),
    );
    const spans = await traced.until(2 * ids.length);
    const parents = ids.map((id) => {
      const [outgoing] = spans.filter(({ attributes }) => attributes['url.path'] === `/of/${id}`);
      return spans.find((span) => span.spanContext().spanId === outgoing?.parentSpanContext?.spanId);
    });
    expect(parents.map((parent) => parent?.attributes['url.path'])).toEqual(ids.map((id) => `/calls/${id}`));
    expect(new Set(parents.map((parent) => parent?.spanContext().traceId)).size).toBe(ids.length);
  });

  test('a caller that does not sample gets no span of either kind', async () => {
    await using traced = await startInstrumented();
    const answer = await traced.app[protocol].request('/calls/1', {
      headers: { traceparent: `00-${TRACE}-${PARENT}-00` },
    });
    expect(((await answer.json()) as IncomingHttpHeaders)['traceparent']).toMatch(
      new RegExp(`^00-${TRACE}-[\\da-f]{16}-00$`),
    );
    expect(traced.spans()).toEqual([]);
  });

  test('a call that fails is an error of its own span', async () => {
    await using traced = await startInstrumented();
    other.removeAllListeners('request').on('request', ({ socket }) => void socket.destroy());
    expect((await traced.app[protocol].request('/calls/1')).status).toBe(500);
    const spans = await traced.until(2);
    const [outgoing] = ofKind(spans, SpanKind.CLIENT);
    expect(outgoing?.status.code).toBe(SpanStatusCode.ERROR);
    expect(outgoing?.parentSpanContext?.spanId).toBe(ofKind(spans, SpanKind.SERVER)[0]?.spanContext().spanId);
  });
});
