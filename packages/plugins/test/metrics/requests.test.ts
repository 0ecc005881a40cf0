import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectTls } from 'node:tls';

import { createPlugin } from '@blaizejs/plugins';
import { inject, startTestServer } from '@blaizejs/testing';
import { type Context, metrics, type Metrics } from '@blaizejs/plugins/metrics';
import { describe, expect, test } from 'vitest';

import { measure, type Measured } from './serve.ts';

const COUNT = 'http_server_request_duration_seconds_count';
const ACTIVE = 'http_server_active_requests';

/** The labels of a line, in the order in which they are asked for. */
function labels(line: string, ...names: string[]): string {
  return names.map((name) => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '-').join(' ');
}

const NAMES = [
  'http_request_method',
  'http_route',
  'http_response_status_code',
  'network_protocol_version',
  'error_type',
];

async function counts({ lines }: Measured): Promise<string[]> {
  const found = await lines(COUNT);
  return found.map((line) => `${labels(line, ...NAMES)}: ${line.split(' ').at(-1)}`).sort();
}

async function active({ lines }: Measured): Promise<number> {
  const values = (await lines(ACTIVE)).map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  const version = protocol === 'http1' ? '1.1' : '2';

  test('requests are counted by method, pattern, status and protocol', async () => {
    await using measured = await measure();
    const client = measured.app[protocol];
    await client.request('/users/1');
    await client.request('/users/2');
    await client.request('/users/3', { method: 'HEAD' });
    await client.request('/fails');
    await expect
      .poll(() => counts(measured))
      .toEqual([
        `GET /fails 500 ${version} 500: 1`,
        `GET /users/:id 200 ${version} -: 2`,
        `HEAD /users/:id 200 ${version} -: 1`,
      ]);
  });

  test('404s are one series, and unknown methods too', async () => {
    await using measured = await measure();
    const client = measured.app[protocol];
    for (let i = 0; i < 20; i++) {
      await client.request(`/nowhere/${i}`, { method: i % 2 === 0 ? 'GET' : 'POST' });
      await client.request(`/nowhere/${i}`, { method: `PROP${protocol === 'http1' ? 'FIND' : i}` });
    }
    const found = await counts(measured);
    expect(found.filter((line) => line.includes(' 404 '))).toEqual([
      expect.stringMatching(new RegExp(`^_OTHER - 404 ${version} -: `)),
    ]);
    // An unknown method is 501.
    expect(found.length).toBeLessThanOrEqual(2);
    expect(found.every((line) => line.startsWith('_OTHER '))).toBe(true);
  });

  test('bytes of bodies are counted in both directions', async () => {
    await using measured = await measure();
    await measured.app[protocol].request('/echo', { method: 'POST', body: 'x'.repeat(1000) });
    const value = async (name: string): Promise<number> =>
      Number((await measured.lines(`${name}{`))[0]?.split(' ').at(-1));
    await expect.poll(() => value('http_server_request_body_bytes_total')).toBe(1000);
    expect(await value('http_server_response_body_bytes_total')).toBe(1000);
  });

  test('requests in flight are back to 0 after aborts, and the aborts are counted', async () => {
    await using measured = await measure();
    measured.app.server.router.addRoute('GET', '/hangs', { handler: () => new Promise(() => undefined) });
    const abort = new AbortController();
    const asked = Array.from({ length: 5 }, () =>
      measured.app[protocol].request('/hangs', { signal: abort.signal }),
    );
    await expect.poll(() => active(measured)).toBe(5);
    abort.abort();
    await Promise.allSettled(asked);
    await expect.poll(() => active(measured)).toBe(0);
    expect(await counts(measured)).toEqual([`GET /hangs - ${version} aborted: 5`]);
  });
});

test('requests that middleware refuses are counted like any other', async () => {
  const closed = { name: 'closed', onRequest: ({ response }: Context) => response.status(403).text('no') };
  const plugins = [metrics({ listen: { port: 0 } })];
  await using measured = await measure({}, { middleware: [closed], plugins });
  await measured.app.http2.request('/users/1');
  await expect.poll(() => counts(measured)).toEqual(['GET /users/:id 403 2 -: 1']);
});

test('durations are in the buckets of OpenTelemetry', async () => {
  await using measured = await measure();
  await measured.app.http2.request('/users/1');
  await expect
    .poll(async () => (await measured.lines('http_server_request_duration_seconds_bucket')).length)
    .toBe(15);
  const buckets = await measured.lines('http_server_request_duration_seconds_bucket');
  expect(buckets.map((line) => labels(line, 'le'))).toEqual(
    '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf'.split(' '),
  );
  expect(buckets.at(-1)?.endsWith(' 1')).toBe(true);
});

test('two servers of a process do not count for each other', async () => {
  await using one = await measure();
  await using other = await measure();
  await one.app.http2.request('/users/1');
  await expect.poll(() => counts(one)).toEqual(['GET /users/:id 200 2 -: 1']);
  expect(await counts(other)).toEqual([]);
});

test('a request that began before the plugin was there does not count', async () => {
  let finish = (): void => undefined;
  const work = new Promise<void>((resolve) => (finish = resolve));
  await using app = await startTestServer();
  await using other = await measure();
  app.server.router.addRoute('GET', '/', { handler: () => work.then(() => 'done') });
  const asked = inject(app.server, '/');
  await app.server.register(metrics({ listen: { port: 0 } }));
  finish();
  await asked;
  const { metrics: service } = app.server.services as { metrics: Metrics };
  const families = await service.read();
  const samples = families.find(({ name }) => name === ACTIVE)?.samples ?? [];
  expect(samples.every(({ value }) => value === 0)).toBe(true);
  expect(await counts(other)).toEqual([]);
});

test('what only HTTP/2 has is counted: sessions, streams, resets, GOAWAYs, handshakes, bytes', async () => {
  await using measured = await measure();
  measured.app.server.router.addRoute('GET', '/hangs', { handler: () => new Promise(() => undefined) });
  const value = async (name: string): Promise<number> =>
    Number(
      (await measured.lines(name))
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1),
    );
  await measured.app.http1.request('/users/1');
  const session = connect(measured.app.url, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/hangs' });
  stream.on('error', () => undefined);
  await expect.poll(() => value('blaizejs_http2_open_streams ')).toBe(1);
  expect(await value('blaizejs_http2_open_sessions ')).toBe(1);
  expect(await value('blaizejs_connections_total{network_protocol_version="2"}')).toBe(1);
  expect(await value('blaizejs_connections_total{network_protocol_version="1.1"}')).toBe(1);
  expect(await value('blaizejs_tls_handshake_duration_seconds_count ')).toBe(2);
  expect(await value('blaizejs_network_receive_bytes_total ')).toBeGreaterThan(500);
  expect(await value('blaizejs_network_transmit_bytes_total ')).toBeGreaterThan(1000);
  stream.close(8);
  await expect.poll(() => value('blaizejs_http2_resets_total{side="client",code="CANCEL"}')).toBe(1);
  session.goaway(0);
  await expect.poll(() => value('blaizejs_http2_goaways_total{side="client",code="NO_ERROR"}')).toBe(1);
  session.destroy();
  await once(session, 'close');
  await expect.poll(() => value('blaizejs_http2_open_sessions ')).toBe(0);
  expect(await value('blaizejs_http2_streams_total ')).toBe(1);
  const [expires = ''] = await measured.lines('blaizejs_tls_certificate_not_after_timestamp_seconds{');
  expect(Number(expires.split(' ').at(-1)) * 1000).toBeGreaterThan(Date.now());
});

test('streams whose client does not read are stalled', async () => {
  await using measured = await measure();
  measured.app.server.router.addRoute('GET', '/much', { handler: () => Buffer.alloc(1024 * 1024) });
  const session = connect(measured.app.url, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/much' });
  await once(stream, 'response');
  const stalled = async (): Promise<string | undefined> =>
    (await measured.lines('blaizejs_http2_stalled_streams ')).at(0)?.split(' ').at(-1);
  await expect.poll(stalled).toBe('1');
  stream.resume();
  await once(stream, 'close');
  await expect.poll(stalled).toBe('0');
  session.destroy();
});

test('a limit that was exceeded, and a handshake that failed, are counted', async () => {
  await using measured = await measure({}, { limits: { maxUrlLength: 100 } });
  await measured.app.http2.request(`/${'x'.repeat(200)}`);
  await expect
    .poll(() => measured.lines('blaizejs_limit_hits_total{limit="maxUrlLength"}'))
    .toEqual(['blaizejs_limit_hits_total{limit="maxUrlLength"} 1']);
  const { port } = measured.app.server;
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL@SECLEVEL=0',
  });
  await once(socket, 'error');
  await expect
    .poll(async () => (await measured.lines('blaizejs_tls_handshake_failures_total{')).length)
    .toBe(1);
});

test('the port stays open while the server drains', async () => {
  const seen: number[] = [];
  const watch = createPlugin('watch', '1.0.0', (server) => {
    server.events.on('draining', async () => {
      const { metrics: service } = server.services as { metrics: Metrics };
      seen.push((await fetch(service.url ?? '')).status);
    });
  });
  const measured = await measure({}, { plugins: [metrics({ listen: { port: 0 } }), watch] });
  await measured.app.close();
  expect(seen).toEqual([200]);
  await expect(fetch(measured.url)).rejects.toThrow();
});
