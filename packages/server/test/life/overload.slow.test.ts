import { loadShed } from '@blaizejs/middleware/load-shed';
import { health } from '@blaizejs/plugins/health';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

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
    'far too much load: probes are answered, and soon after it all is well',
    { timeout: 60_000 },
    async () => {
      const shed = loadShed({ minConcurrency: 4, maxEventLoopDelay: 50 });
      await using app = await startTestServer({ middleware: [shed], plugins: [health()], logger: false });
      // One at a time, 5 ms each: 200 a second. 60 clients ask without a pause.
      app.server.router.addRoute('GET', '/', {
        handler: async () => {
          await new Promise(setImmediate);
          block(5);
          return 'ok';
        },
      });
      const client = app[protocol];
      await client.request('/');
      const until = performance.now() + 4000;
      const seen = new Map<number, number[]>();
      const probes: number[] = [];
      const ask = async (): Promise<void> => {
        while (performance.now() < until) {
          const began = performance.now();
          const { status } = await client.request('/');
          seen.set(status, [...(seen.get(status) ?? []), performance.now() - began]);
          // Refused clients of the test don't hammer.
          if (status === 503) await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const probe = async (): Promise<void> => {
        while (performance.now() < until) {
          probes.push((await client.request('/health')).status, (await client.request('/ready')).status);
        }
      };
      await Promise.all([probe(), ...Array.from({ length: 60 }, ask)]);
      expect([...seen.keys()].sort()).toEqual([200, 503]);
      expect(probes.length).toBeGreaterThan(0);
      expect(new Set(probes)).toEqual(new Set([200]));
      await expect.poll(() => shed.state.overloaded, { timeout: 5000 }).toBe(false);
      for (let i = 0; i < 20; i++) expect((await client.request('/')).status).toBe(200);
      expect(shed.state.inFlight).toBe(0);
      const times = (seen.get(200) ?? []).sort((one, other) => one - other);
      console.info(
        `${protocol}: ${times.length} answered (median ${times[times.length >> 1]?.toFixed()} ms, ` +
          `99 % ${times[Math.floor(times.length * 0.99)]?.toFixed()} ms), ${seen.get(503)?.length} refused`,
      );
    },
  );
});
