import { loadShed } from '@blaizejs/middleware/load-shed';
import { health } from '@blaizejs/plugins/health';
import { createClient, startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { makeCertificate } from '../wire/certificates.ts';
import { Load, percentile } from './load.ts';

const PROTOCOLS = ['http1', 'http2'] as const;

/** Handlers that wait until they are released. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    handler: () => new Promise<string>((resolve) => waiting.push(() => resolve('hello'))),
    open: () => waiting.splice(0).forEach((release) => release()),
  };
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const told = (times: readonly number[]): string =>
  `(median ${percentile(times, 50).toFixed()} ms, 99 % ${percentile(times, 99).toFixed()} ms)`;

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('after 1,000 aborted requests, none is in flight', { timeout: 30_000 }, async () => {
    const shed = loadShed({ maxConcurrency: 2000, minConcurrency: 2000, maxEventLoopDelay: 0 });
    await using app = await startTestServer({ middleware: [shed], logger: false });
    const { handler, open, waiting } = gate();
    app.server.router.addRoute('GET', '/waits', { handler });
    app.server.router.addRoute('POST', '/reads', { handler: (ctx) => ctx.request.text() });
    app.server.router.addRoute('GET', '/streams', {
      handler: (ctx) =>
        ctx.response.stream(
          (async function* () {
            for (;;) yield await handler();
          })(),
        ),
    });
    let highest = 0;
    for (let round = 0; round < 20; round++) {
      const abort = new AbortController();
      const { signal } = abort;
      const requests = Array.from({ length: 50 }, (_, i) => {
        const path = ['/waits', '/streams', '/waits'][i % 3]!;
        return app[protocol].request(path, { signal });
      });
      await expect.poll(() => shed.state.inFlight, { interval: 2 }).toBeGreaterThan(10);
      highest = Math.max(highest, shed.state.inFlight);
      abort.abort();
      await Promise.allSettled(requests);
    }
    await expect.poll(() => shed.state.inFlight).toBe(0);
    expect(highest).toBeGreaterThan(10);
    open();
    expect(waiting.length).toBeGreaterThanOrEqual(0);
    expect(shed.state).toMatchObject({ inFlight: 0, overloaded: false });
  });

  test(
    'far too much load: answers and probes stay fast, and within two seconds after it all is well',
    { timeout: 60_000 },
    async () => {
      const shed = loadShed({ minConcurrency: 4, maxEventLoopDelay: 50 });
      const { key, cert } = await makeCertificate('localhost');
      const tls = { key, cert };
      const plugins = [health()];
      await using app = await startTestServer({ middleware: [shed], plugins, tls, logger: false });
      await using client = createClient(app.url, { protocol, ca: cert });
      // One at a time, 5 ms each: 200 a second. 60 clients ask without a pause.
      app.server.router.addRoute('GET', '/', {
        handler: async () => {
          await new Promise(setImmediate);
          block(5);
          return 'ok';
        },
      });
      await using load = await Load.prepare({
        protocol,
        port: app.server.port,
        ca: cert,
        clients: 60,
        seconds: 4,
      });
      const probes: number[] = [];
      let isOver = false;
      const probing = (async () => {
        while (!isOver) {
          for (const path of ['/health', '/ready']) {
            const began = performance.now();
            expect((await client.request(path)).status).toBe(200);
            probes.push(performance.now() - began);
          }
        }
      })();
      const seen = await load.run();
      const ended = performance.now();
      isOver = true;
      await probing;
      await expect.poll(() => shed.state.overloaded, { timeout: 5000, interval: 20 }).toBe(false);
      for (let i = 0; i < 20; i++) expect((await client.request('/')).status).toBe(200);
      const recovery = performance.now() - ended;
      const { 200: times = [], 503: refused = [] } = seen;
      console.info(
        `${protocol}: ${times.length} answered ${told(times)}, ${refused.length} refused ${told(refused)}, ` +
          `${probes.length} probes ${told(probes)}, all well after ${recovery.toFixed()} ms`,
      );
      expect(Object.keys(seen)).toEqual(['200', '503']);
      expect(recovery).toBeLessThan(2000);
      expect(shed.state.inFlight).toBe(0);
    },
  );
});
