import { setTimeout } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { Fleet, type FleetWorker } from '../fleet/fleet.ts';
import { Prometheus } from './prometheus.ts';

const COUNT = 'http_server_request_duration_seconds_count';

async function scrape({ metricsUrl }: FleetWorker): Promise<string> {
  // Each scrape may reach another worker.
  const response = await fetch(metricsUrl, { headers: { connection: 'close' } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return text;
}

/** The sum of all series of a metric whose line has a text. */
async function value(worker: FleetWorker, name: string, having = ''): Promise<number> {
  const lines = (await scrape(worker)).split('\n');
  const found = lines.filter((line) => new RegExp(`^${name}[ {]`).test(line) && line.includes(having));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Sends requests, each on a connection of its own. @returns how many */
async function load({ url }: FleetWorker, count: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    expect((await fetch(url, { headers: { connection: 'close' } })).status).toBe(200);
  }
  return count;
}

test('whichever worker is asked, it has the sum of all', { timeout: 120_000 }, async () => {
  await using fleet = await Fleet.start(2);
  const [worker] = fleet.workers as [FleetWorker];
  const sent = await load(worker, 12);
  for (let i = 0; i < 4; i++) {
    expect(await value(worker, COUNT, 'http_route="/"')).toBe(sent);
    expect(await value(worker, 'mine_total')).toBe(sent);
  }
  const text = await scrape(worker);
  expect(text).toContain('blaizejs_workers 2');
  // Each has its own process.
  for (const { id } of fleet.workers)
    expect(text).toMatch(new RegExp(`process_start_time_seconds\\{worker="${id}"\\}`));
  expect(await value(worker, 'oldest_seconds')).toBe(Math.max(...fleet.workers.map(({ pid }) => pid)));
  // Readiness is each worker's own; its details say how many there are.
  const ready = await (await fetch(`${worker.url}/ready`, { headers: { connection: 'close' } })).json();
  expect(ready).toMatchObject({
    status: 'pass',
    checks: { 'cluster:workers': [{ status: 'pass', observedValue: 2, observedUnit: 'ready of 2' }] },
  });
});

test(
  'sums do not fall when workers are killed, stopped, replaced or hang',
  { timeout: 120_000 },
  async () => {
    await using fleet = await Fleet.start(2, 'mixed');
    let [one, two] = fleet.workers as [FleetWorker, FleetWorker];
    let sent = await load(one, 20);
    const total = (): Promise<number> => value(one, COUNT, 'http_route="/"');
    expect(await total()).toBe(20);
    // What has been seen is not forgotten.
    await fleet.kill(two);
    expect([await total(), await value(one, 'mine_total')]).toEqual([20, 20]);
    expect(await scrape(one)).toContain('blaizejs_workers 1');
    // Several generations, each of which replaces all workers.
    for (let i = 0; i < 2; i++) {
      two = await fleet.fork();
      sent += await load(two, 6);
      await fleet.stop(one);
      one = two;
      expect([await total(), await value(one, 'mine_total')]).toEqual([sent, sent]);
    }
    // One whose event loop is blocked does not answer in time: what it has left so far counts.
    two = await fleet.fork();
    sent += await load(one, 4);
    expect(await total()).toBe(sent);
    await fleet.pause(two);
    expect(await total()).toBe(sent);
    const bucket = (le: string): Promise<number> =>
      value(one, COUNT.replace('count', 'bucket'), `le="${le}"`);
    expect(await bucket('+Inf')).toBe(await value(one, COUNT));
  },
);

test('gauges are of living workers only', { timeout: 120_000 }, async () => {
  await using fleet = await Fleet.start(2);
  const [one, two] = fleet.workers as [FleetWorker, FleetWorker];
  const abort = new AbortController();
  const asked = [1, 2, 3, 4].map(() =>
    fetch(`${one.url}/hangs`, { signal: abort.signal, headers: { connection: 'close' } }),
  );
  const settled = Promise.allSettled(asked);
  const active = (): Promise<number> => value(one, 'http_server_active_requests');
  await expect.poll(active).toBe(4);
  // Whether each of them has two is up to the primary.
  let lost = 0;
  for (const each of asked) each.catch(() => (lost += 1));
  await fleet.kill(two);
  await expect.poll(async () => (await active()) + lost).toBe(4);
  expect(lost).toBeGreaterThan(0);
  abort.abort();
  await settled;
  await expect.poll(active).toBe(0);
});

test(
  'Prometheus never sees a counter fall, in spite of a kill and a roll under load',
  { timeout: 120_000 },
  async () => {
    await using fleet = await Fleet.start(2);
    const [one, two] = fleet.workers as [FleetWorker, FleetWorker];
    await using prometheus = await Prometheus.start(one.metricsUrl);
    const query = async (text: string): Promise<number | undefined> =>
      (await prometheus.query(text))[0]?.value;
    let sent = 0;
    const stop = new AbortController();
    const loading = (async () => {
      while (!stop.signal.aborted) {
        // A connection that was just handed to a worker that is killed stays open (Node's round robin).
        const signal = AbortSignal.timeout(2000);
        await fetch(one.url, { signal, headers: { connection: 'close' } }).then(
          (response) => (sent += response.status === 200 ? 1 : 0),
          () => undefined,
        );
        await setTimeout(20);
      }
    })();
    const seen = `sum(${COUNT}{http_route="/"})`;
    await expect.poll(() => query(seen), { timeout: 30_000 }).toBeGreaterThan(0);
    await fleet.kill(two);
    await fleet.fork();
    const fresh = await fleet.fork();
    await fleet.stop(one);
    await load(fresh, 1);
    stop.abort();
    await loading;
    // A worker that is killed may lose what it has counted in the last second.
    await expect.poll(() => query(seen), { timeout: 30_000 }).toBeGreaterThan(sent / 2);
    expect(await query('count_over_time(mine_total[5m])')).toBeGreaterThan(5);
    for (const name of [COUNT, 'mine_total', COUNT.replace('count', 'bucket')]) {
      expect(await query(`max(resets(${name}[5m]))`)).toBe(0);
    }
  },
);
