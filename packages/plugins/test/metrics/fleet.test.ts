import { Counter, Gauge, Registry, Summary } from 'prom-client';
import { expect, test, vi } from 'vitest';

import { type TestWorker, WorkerFleet } from './worker-fleet.ts';

const COUNT = 'http_server_request_duration_seconds_count';
const BUCKET = 'http_server_request_duration_seconds_bucket';

async function text(worker: TestWorker): Promise<string> {
  const response = await worker.scrape();
  expect(response.status).toBe(200);
  return response.text();
}

/** The sum of all series of a metric whose line has a text. */
async function value(worker: TestWorker, name: string, having = ''): Promise<number> {
  const lines = (await text(worker)).split('\n');
  const found = lines.filter((line) => new RegExp(`^${name}[ {]`).test(line) && line.includes(having));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Sends requests, and waits until they are counted. */
async function load(worker: TestWorker, count: number): Promise<void> {
  const before = await value(worker, COUNT);
  for (let i = 0; i < count; i++) expect((await fetch(worker.app.url)).status).toBe(200);
  await expect.poll(() => value(worker, COUNT)).toBe(before + count);
}

test('whichever worker is asked, it has the sums of all', async () => {
  await using fleet = new WorkerFleet();
  const one = await fleet.add();
  const two = await fleet.add();
  await load(one, 3);
  await load(two, 4);
  for (const worker of [one, two]) {
    expect(await value(worker, COUNT, 'http_route="/"')).toBe(7);
    expect(await text(worker)).toContain('blaizejs_workers 2');
  }
  // Each has its own process.
  for (const { id } of [one, two]) {
    expect(await text(one)).toMatch(new RegExp(`process_start_time_seconds\\{worker="${id}"\\}`));
  }
});

test('health says how many workers are ready', async () => {
  await using fleet = new WorkerFleet();
  const one = await fleet.add();
  const two = await fleet.add();
  const ready = async (): Promise<unknown> => (await fetch(`${one.app.url}/ready`)).json();
  const workers = (status: string, observedValue: number): object => ({
    status: 'pass',
    checks: { 'cluster:workers': [{ status, observedValue, observedUnit: 'ready of 2' }] },
  });
  expect(await ready()).toMatchObject(workers('pass', 2));
  fleet.silent.add(two.id);
  expect(await ready()).toMatchObject(workers('warn', 1));
});

test('if the primary does not answer, the scrape fails, and health says nothing of the workers', async () => {
  await using fleet = new WorkerFleet();
  const one = await fleet.add();
  fleet.isPrimarySilent = true;
  expect((await one.scrape()).status).toBe(500);
  const response = await fetch(`${one.app.url}/ready`);
  expect(response.status).toBe(200);
  expect(await response.json()).not.toHaveProperty(['checks', 'cluster:workers']);
});

test('sums do not fall when workers are stopped, replaced or hang, also with other buckets', async () => {
  await using fleet = new WorkerFleet();
  let one = await fleet.add({ buckets: [0.1, 1] });
  await load(one, 2);
  for (let sent = 3; sent < 6; sent++) {
    const two = await fleet.add({ buckets: [0.1, 0.5, 1] });
    await load(two, 1);
    await fleet.end(one);
    one = two;
    expect(await value(one, COUNT)).toBe(sent);
    fleet.fold(one);
    expect(await value(one, COUNT)).toBe(sent);
    expect(await value(one, BUCKET, 'le="+Inf"')).toBe(sent);
  }
  expect(fleet.left).toHaveLength(1);
  const hanging = await fleet.add();
  await load(hanging, 4);
  fleet.silent.add(hanging.id);
  expect(await value(one, COUNT)).toBe(9);
  // Gauges, and what is about a process, end with it.
  expect(await text(one)).not.toContain('worker=""');
});

test('a worker gives what it has counted once a second, without being asked', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  try {
    await using fleet = new WorkerFleet();
    const one = await fleet.add();
    expect((await fetch(one.app.url)).status).toBe(200);
    await expect
      .poll(() => {
        vi.advanceTimersByTime(1000);
        return JSON.stringify([...one.kept.values()]);
      })
      .toContain(COUNT.replace('_count', ''));
    const before = one.kept.size;
    vi.advanceTimersByTime(1000);
    expect(one.kept.size).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});

test("an application's own metrics are joined as it says, and those of a registry that fails stay as they were", async () => {
  await using fleet = new WorkerFleet();
  let isBroken = false;
  const make = (n: number): Registry => {
    const registers = [new Registry()];
    for (const aggregator of ['sum', 'min', 'max', 'average', 'first', 'omit'] as const) {
      new Gauge({ name: `of_${aggregator}`, help: 'A gauge.', registers, aggregator }).set(n);
    }
    new Summary({ name: 'size', help: 'A summary.', registers }).observe(n);
    new Counter({
      name: 'mine_total',
      help: 'A counter.',
      registers,
      collect() {
        if (isBroken) throw new Error('It is broken.');
        this.reset();
        this.inc(n);
      },
    });
    return registers[0]!;
  };
  const one = await fleet.add({ registry: make(2) });
  await fleet.add({ registry: make(6) });
  const lines = (await text(one)).split('\n');
  for (const line of [
    ...['of_sum 8', 'of_min 2', 'of_max 6', 'of_average 4', 'of_first 2'],
    ...['size_sum 8', 'size_count 2', 'mine_total 8'],
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.filter((line) => line.startsWith('of_omit') || line.startsWith('size{'))).toEqual([]);
  isBroken = true;
  expect(await value(one, 'mine_total')).toBe(8);
});

test('two plugins of one worker do not answer for each other', async () => {
  await using fleet = new WorkerFleet();
  const one = await fleet.add();
  const { metrics } = await import('@blaizejs/plugins/metrics');
  const { startTestServer } = await import('@blaizejs/testing');
  const other = await startTestServer({ tls: false, plugins: [metrics({ listen: { port: 0 } })] });
  expect([...one.topics.keys()]).toEqual(['blaizejs.metrics:0/metrics', 'blaizejs.metrics:0/metrics#2']);
  await other.close();
});
