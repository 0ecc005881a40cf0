import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';

import { tracing } from '@blaizejs/plugins/tracing';
import { startTestServer } from '@blaizejs/testing';
import type { Logger } from '@blaizejs/types';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, InMemorySpanExporter, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';

/** A span as OTLP has it in JSON. */
interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

function exportTo(url: string): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 20_000 });
  return new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 60_000 })],
  });
}

function warnings(): { readonly logger: Logger; readonly written: unknown[] } {
  const written: unknown[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: (line: unknown) => void written.push(line),
    error: nothing,
    child: () => logger,
  };
  return { logger, written };
}

test('a stop waits until the last spans have arrived at the collector', async () => {
  const received: OtlpSpan[] = [];
  const collector = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      type Export = { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
      const { resourceSpans } = JSON.parse(body) as Export;
      received.push(...resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  const provider = exportTo(await listen(collector));
  try {
    const app = await startTestServer({ plugins: [tracing({ provider })] });
    app.server.router.addRoute('GET', '/users/:id', { handler: () => 'ok' });
    await app.http1.request('/users/1');
    await app.http2.request('/users/2');
    expect(received).toEqual([]);
    await app.close();
    expect(received.map(({ name, kind }) => [name, kind])).toEqual([
      ['GET /users/:id', 2],
      ['GET /users/:id', 2],
    ]);
    const versions = received.map(
      ({ attributes }) => attributes.find(({ key }) => key === 'network.protocol.version')?.value,
    );
    expect(versions).toEqual([{ stringValue: '1.1' }, { stringValue: '2' }]);
  } finally {
    await provider.shutdown();
    collector.closeAllConnections();
    collector.close();
  }
});

test.each(['frozen', 'dead'] as const)(
  'a %s collector delays no request, and a stop no longer than its bound',
  async (how) => {
    const sockets = new Set<Socket>();
    const collector = createNetServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    const url = await listen(collector);
    if (how === 'dead') collector.close();
    const provider = exportTo(url);
    const { logger, written } = warnings();
    const flushTimeout = 300;
    const app = await startTestServer({ logger, plugins: [tracing({ provider, flushTimeout })] });
    app.server.router.addRoute('GET', '/', { handler: () => 'ok' });
    // More than one batch, so that the exporter is at work already.
    const answers = await Promise.all(
      Array.from({ length: 600 }, async () => (await app.http2.request('/')).text()),
    );
    expect(new Set(answers)).toEqual(new Set(['ok']));
    await app.close();
    expect(written).toEqual([
      'The last spans were not exported within 300 ms, which is the option `flushTimeout` of tracing()',
    ]);
    for (const socket of sockets) socket.destroy();
    if (how === 'frozen') collector.close();
  },
);

test('an exporter that fails is named in the log', async () => {
  const provider = Object.assign(new NodeTracerProvider(), {
    forceFlush: () => Promise.reject(new Error('disk full')),
  });
  const { logger, written } = warnings();
  const app = await startTestServer({ logger, plugins: [tracing({ provider })] });
  await app.close();
  expect(written).toEqual([{ err: expect.objectContaining({ message: 'disk full' }) as Error }]);
});

test('the span of a request that a stop cuts off is exported', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const app = await startTestServer({ plugins: [tracing({ provider })] });
  let entered = (): void => undefined;
  const inHandler = new Promise<void>((resolve) => (entered = resolve));
  app.server.router.addRoute('GET', '/hangs', {
    handler: () => {
      entered();
      return new Promise(() => undefined);
    },
  });
  const asked = app.http2.request('/hangs').catch(() => undefined);
  await inHandler;
  await app.server.close({ timeout: 200 });
  await asked;
  await app.close();
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['GET /hangs', 'aborted'],
  ]);
});

test('only this plugin loads OpenTelemetry', async () => {
  const source = new URL('../../src/', import.meta.url);
  const files = (await readdir(source, { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const loading = [];
  for (const file of files) {
    const text = await readFile(new URL(file, source), 'utf8');
    if (/from '(?:@opentelemetry|.*\/tracing\/)/.test(text)) loading.push(file.replaceAll('\\', '/'));
  }
  expect(loading.length).toBeGreaterThan(1);
  expect(loading.filter((file) => file !== 'tracing.ts' && !file.startsWith('tracing/'))).toEqual([]);
});
