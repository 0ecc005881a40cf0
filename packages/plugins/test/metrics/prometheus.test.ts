import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { measure } from './serve.ts';
import { lint, Prometheus } from '../../../../tooling/prometheus/prometheus.ts';

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3';

function ownMetrics(): Registry {
  const registry = new Registry();
  const orders = new Counter({
    name: 'orders_total',
    help: 'Orders.',
    labelNames: ['kind'],
    registers: [registry],
  });
  orders.inc({ kind: 'a "b" \\ \n' }, 3);
  const sizes = new Histogram({
    name: 'order_size_bytes',
    help: 'Sizes.',
    buckets: [1, 2],
    registers: [registry],
  });
  sizes.observe(1.5);
  return registry;
}

test('promtool has nothing to say', async () => {
  await using measured = await measure({ registry: ownMetrics() });
  await measured.app.http1.request('/users/1');
  await measured.app.http2.request('/fails');
  await measured.app.http2.request('/echo', { method: 'POST', body: 'x' });
  global.gc?.();
  expect(lint(await measured.scrape())).toBe('');
});

test.each([
  ['text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
  ['', 'text/plain; version=0.0.4; charset=utf-8'],
  [OPENMETRICS, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ['application/openmetrics-text;version=1.0.0;q=0.1,text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ['application/openmetrics-text;version=2.0.0', 'text/plain; version=0.0.4; charset=utf-8'],
])('a scraper that accepts %j gets %s', async (accept, type) => {
  await using measured = await measure();
  const response = await fetch(measured.url, { headers: { accept } });
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const text = await response.text();
  expect(text.endsWith('# EOF\n')).toBe(type.startsWith('application/'));
});

test('a real Prometheus scrapes it, and what it has is right', async () => {
  await using measured = await measure({ registry: ownMetrics() });
  await using prometheus = await Prometheus.start(measured.url);
  for (let i = 0; i < 3; i++) await measured.app.http2.request(`/users/${i}`);
  await measured.app.http1.request('/users/1');
  await expect
    .poll(() =>
      prometheus.query('sum by (network_protocol_version) (http_server_request_duration_seconds_count)'),
    )
    .toEqual(
      expect.arrayContaining([
        { metric: { network_protocol_version: '1.1' }, value: 1 },
        { metric: { network_protocol_version: '2' }, value: 3 },
      ]),
    );
  expect(await prometheus.error()).toBe('');
  expect((await prometheus.query('up'))[0]?.value).toBe(1);
  // Prometheus prefers OpenMetrics.
  expect(await prometheus.query('orders_total')).toMatchObject([
    { metric: { kind: 'a "b" \\ \n' }, value: 3 },
  ]);
  expect((await prometheus.query('order_size_bytes_bucket')).map(({ value }) => value).sort()).toEqual([
    0, 1, 1,
  ]);
  const quantile = 'histogram_quantile(0.5, sum by (le) (http_server_request_duration_seconds_bucket))';
  expect((await prometheus.query(quantile))[0]?.value).toBeGreaterThan(0);
  expect((await prometheus.query('blaizejs_http2_open_sessions'))[0]?.value).toBe(1);
});
