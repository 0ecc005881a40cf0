import { loadShed, type LoadShedOptions } from '@blaizejs/middleware/load-shed';
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

/** Computes. What else the machine does takes longer, but is no work. */
function compute(milliseconds: number): void {
  const began = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(began);
    if (user + system >= milliseconds * 1000) return;
  }
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
    'far too much load: as much is answered as without a limit, but faster, and all is well when it is over',
    { timeout: 120_000 },
    async () => {
      const unlimited = await underLoad(protocol, {
        maxEventLoopDelay: 0,
        minConcurrency: 1000,
        maxConcurrency: 1000,
      });
      const shedding = await underLoad(protocol, {});
      console.info(`${protocol}: ${told(shedding)}; without a limit ${told(unlimited)}`);
      expect(Object.keys(unlimited.seen)).toEqual(['200']);
      expect(Object.keys(shedding.seen)).toEqual(['200', '503']);
      // On a machine that others use, the two runs can't be compared. goodput.test.ts of the middleware has a clock of its own.
      if (Math.min(unlimited.received, shedding.received) < 0.8) return;
      for (const times of Object.values(shedding.seen)) {
        expect(percentile(times, 50)).toBeLessThan(percentile(unlimited.seen[200] ?? [], 50));
      }
      expect(shedding.useful / unlimited.useful).toBeGreaterThan(0.7);
    },
  );
});

interface Outcome {
  /** How many milliseconds the answers took, by status. */
  readonly seen: Readonly<Record<number, readonly number[]>>;
  /** How many milliseconds probes took; all were answered with 200. */
  readonly probes: readonly number[];
  /** The share of the processor's time that went into handlers whose answers arrived. */
  readonly useful: number;
  /** The share of the time for which the process had a processor. */
  readonly received: number;
}

const CLIENTS = 300;
/** Milliseconds that a handler computes. */
const WORK = 5;

/** Has a server that handles one request at a time, 200 a second, and clients that ask without a pause. */
async function underLoad(protocol: 'http1' | 'http2', options: LoadShedOptions): Promise<Outcome> {
  const shed = loadShed(options);
  const { key, cert } = await makeCertificate('localhost');
  const plugins = [health()];
  const tls = { key, cert };
  await using app = await startTestServer({ middleware: [shed], plugins, tls, logger: false });
  await using client = createClient(app.url, { protocol, ca: cert });
  app.server.router.addRoute('GET', '/', {
    handler: async () => {
      await new Promise(setImmediate);
      compute(WORK);
      return 'ok';
    },
  });
  const { port } = app.server;
  await using load = await Load.prepare({ protocol, port, ca: cert, clients: CLIENTS, seconds: 4 });
  // As long as the code is new, a refusal takes longer than it will.
  await using cold = await Load.prepare({ protocol, port, ca: cert, clients: 50, seconds: 2 });
  await cold.run();
  await expect.poll(() => shed.state.overloaded, { timeout: 20_000 }).toBe(false);
  const probes: number[] = [];
  let isOver = false as boolean;
  const probing = (async () => {
    while (!isOver) {
      for (const path of ['/health', '/ready']) {
        const began = performance.now();
        expect((await client.request(path)).status).toBe(200);
        probes.push(performance.now() - began);
      }
    }
  })();
  const before = process.cpuUsage();
  const began = performance.now();
  const seen = await load.run();
  const { user, system } = process.cpuUsage(before);
  const spent = (user + system) / 1000;
  const received = spent / (performance.now() - began);
  isOver = true;
  await probing;
  await expect.poll(() => shed.state.overloaded, { timeout: 20_000 }).toBe(false);
  for (let i = 0; i < 5; i++) expect((await client.request('/')).status).toBe(200);
  expect(shed.state.inFlight).toBe(0);
  return { seen, probes, received, useful: ((seen[200]?.length ?? 0) * WORK) / spent };
}

function told({ seen, probes, useful, received }: Outcome): string {
  const all = Object.entries({ ...seen, probes }).map(([name, times]) => {
    const [median, most] = [50, 99].map((percent) => percentile(times, percent).toFixed());
    return `${name}: ${times.length} (median ${median} ms, 99 % ${most} ms)`;
  });
  return `${all.join(', ')}, ${(100 * useful).toFixed()} % of the processor's time useful, and it had ${(100 * received).toFixed()} % of it`;
}
