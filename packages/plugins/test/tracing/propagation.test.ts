import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { context, propagation, trace } from '@opentelemetry/api';
import { traceHeaders } from '@blaizejs/plugins/tracing';
import { describe, expect, test } from 'vitest';

import { startTraced } from './trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const GOOD = `00-${TRACE}-${PARENT}-01`;

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test("a caller's trace goes on, with its flags and state, to whom the handler calls", async () => {
    await using traced = await startTraced();
    const outer = createServer((request, response) => response.end(JSON.stringify(request.headers)));
    await once(outer.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`;
    traced.app.server.router.addRoute('GET', '/calls', {
      handler: async () => (await fetch(url, { headers: traceHeaders({ accept: 'text/x' }) })).json(),
    });
    try {
      const headers = { traceparent: GOOD, tracestate: 'vendor=1,other=2', baggage: 'tenant=7' };
      const answer = await traced.app[protocol].request('/calls', { headers });
      const [span] = await traced.until(1);
      expect(span?.spanContext().traceId).toBe(TRACE);
      expect(span?.parentSpanContext?.spanId).toBe(PARENT);
      expect(await answer.json()).toMatchObject({
        accept: 'text/x',
        traceparent: `00-${TRACE}-${span?.spanContext().spanId}-01`,
        tracestate: 'vendor=1,other=2',
        baggage: 'tenant=7',
      });
    } finally {
      outer.closeAllConnections();
      outer.close();
    }
  });

  test('a caller that does not sample gets no span, and that is passed on', async () => {
    await using traced = await startTraced();
    traced.app.server.router.addRoute('GET', '/out', {
      handler: () => traceHeaders().get('traceparent') ?? '',
    });
    const answer = await traced.app[protocol].request('/out', {
      headers: { traceparent: GOOD.replace(/01$/, '00') },
    });
    expect(await answer.text()).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[\\da-f]{16}-00$`));
    expect(traced.spans()).toEqual([]);
  });

  test.each([
    ['upper case', GOOD.toUpperCase()],
    ['version ff', GOOD.replace(/^00/, 'ff')],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['something behind version 00', `${GOOD}-extra`],
    ['something behind a later version without a dash', `01-${TRACE}-${PARENT}-01extra`],
    ['a short trace', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['no hexadecimal digits', GOOD.replace('0af7', '0agz')],
    ['two of them', [GOOD, GOOD.replace('0af7', '1af7')]],
    ['much behind it', `01-${TRACE}-${PARENT}-01-${'x'.repeat(5000)}`],
  ])('a traceparent with %s begins a new trace', async (_what, traceparent) => {
    await using traced = await startTraced();
    await traced.app[protocol].request('/users/1', {
      headers: [
        ...[traceparent].flat().map((line): [string, string] => ['traceparent', line]),
        ['tracestate', 'a=b'],
      ],
    });
    const [span] = await traced.until(1);
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceState).toBeUndefined();
    expect(span?.spanContext().traceId).not.toMatch(/[01]af7651916cd43dd8448eb211c80319c/);
  });

  test('a later version is read as far as it is known', async () => {
    await using traced = await startTraced();
    await traced.app[protocol].request('/users/1', {
      headers: { traceparent: `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like` },
    });
    const [span] = await traced.until(1);
    expect(span?.spanContext().traceId).toBe(TRACE);
  });
});

test.each([
  ['false', false],
  ['a function that returns false', () => false],
  ['a function that returns a promise', () => Promise.resolve(true) as unknown as boolean],
])('with `trustIncoming` %s, a new trace is linked to that of the caller', async (_what, trustIncoming) => {
  await using traced = await startTraced({ trustIncoming });
  let baggage: unknown = 'not set';
  traced.app.server.router.addRoute('GET', '/baggage', {
    handler: () => {
      baggage = propagation.getBaggage(context.active());
    },
  });
  await traced.app.http2.request('/baggage', { headers: { traceparent: GOOD, baggage: 'admin=1' } });
  const [span] = await traced.until(1);
  expect(span?.spanContext().traceId).not.toBe(TRACE);
  expect(span?.parentSpanContext).toBeUndefined();
  expect(span?.links.map((link) => link.context.traceId)).toEqual([TRACE]);
  expect(baggage).toBeUndefined();
});

test('`trustIncoming` decides by request', async () => {
  await using traced = await startTraced({
    trustIncoming: ({ request }) => request.header('x-mesh') === 'yes',
  });
  await traced.app.http2.request('/users/1', { headers: { traceparent: GOOD, 'x-mesh': 'yes' } });
  await traced.app.http2.request('/users/1', { headers: { traceparent: GOOD } });
  const [trusted, other] = await traced.until(2);
  expect(trusted?.spanContext().traceId).toBe(TRACE);
  expect(trusted?.links).toEqual([]);
  expect(other?.spanContext().traceId).not.toBe(TRACE);
});

test('without an SDK, outgoing headers stay as they are', () => {
  expect(trace.getActiveSpan()).toBeUndefined();
  expect([...traceHeaders({ accept: 'a' })]).toEqual([['accept', 'a']]);
});
