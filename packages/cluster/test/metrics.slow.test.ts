import { setTimeout } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import type { Folder } from '../../../tooling/test/folder.ts';
import { Prometheus } from '../../../tooling/prometheus/prometheus.ts';
import { bundle } from './bundle.ts';
import { Primary } from './run-primary.ts';

const COUNT = 'http_server_request_duration_seconds_count';
const CLOSE = { headers: { connection: 'close' } };

let bundled: Folder;
let primary: Primary;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  bundled = await bundle();
}, 120_000);

afterAll(async () => {
  vi.resetConfig();
  await bundled[Symbol.asyncDispose]();
});

afterEach(() => primary.end());

async function start(): Promise<void> {
  primary = await Primary.start(bundled.path, { entry: bundled.file('metrics-app.mjs') });
  await primary.hear('started');
}

function url(at = ''): string {
  return `http://127.0.0.1:${primary.port}/${at}`;
}

function metricsUrl(): string {
  return `http://127.0.0.1:${primary.secondPort}/metrics`;
}

/** The pids of the workers that serve. */
async function pids(): Promise<readonly number[]> {
  const { workers } = await primary.ask('workers', 'workers');
  return (workers ?? []).map(({ pid = 0 }) => pid);
}

async function scrape(): Promise<string> {
  // Each scrape may reach another worker.
  const response = await fetch(metricsUrl(), CLOSE);
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return text;
}

/** The sum of all series of a metric whose line has a text. */
async function value(name: string, having = ''): Promise<number> {
  const lines = (await scrape()).split('\n');
  const found = lines.filter((line) => new RegExp(`^${name}[ {]`).test(line) && line.includes(having));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** What has been counted of requests to `/`: by the server, and by the app. */
async function counted(): Promise<readonly number[]> {
  return [await value(COUNT, 'http_route="/"'), await value('mine_total')];
}

async function send(count: number): Promise<number> {
  for (let i = 0; i < count; i++) expect((await fetch(url(), CLOSE)).status).toBe(200);
  return count;
}

async function workersInHealth(): Promise<unknown> {
  const health = (await (await fetch(url('ready'), CLOSE)).json()) as {
    checks: Record<string, readonly { status: string; observedValue: number; observedUnit: string }[]>;
  };
  return health.checks['cluster:workers']?.[0];
}

test('whichever worker is asked, sums are those of all, and do not fall when workers are killed, replaced or hang', async () => {
  await start();
  let sent = await send(12);
  await expect.poll(counted).toEqual([sent, sent]);
  const text = await scrape();
  expect(text).toContain('blaizejs_workers 2');
  expect(text.match(/^process_start_time_seconds\{worker="\d+"\}/gm)).toHaveLength(2);
  expect(await value('newest_pid')).toBe(Math.max(...(await pids())));
  expect(await workersInHealth()).toEqual({
    status: 'pass',
    observedValue: 2,
    observedUnit: 'ready of 2',
  });

  const [first = 0] = await pids();
  const from = primary.messages.length;
  process.kill(first, 'SIGKILL');
  await primary.hear('exit', from);
  // What has been seen is not forgotten.
  expect(await counted()).toEqual([sent, sent]);
  await expect.poll(workersInHealth).toMatchObject({ status: 'pass', observedValue: 2 });

  for (let i = 0; i < 2; i++) {
    sent += await send(6);
    await primary.ask('reload', 'reloaded');
    expect(await counted()).toEqual([sent, sent]);
  }
  expect(await value(COUNT.replace('count', 'bucket'), 'le="+Inf"')).toBe(await value(COUNT));

  // A worker that hangs does not answer in time: what it has left so far counts.
  const [second = 0] = await pids();
  process.kill(second, 'SIGSTOP');
  expect(await counted()).toEqual([sent, sent]);
  expect(await workersInHealth()).toMatchObject({ observedUnit: 'ready of 2' });
  process.kill(second, 'SIGCONT');
});

test('gauges are of living workers only', async () => {
  await start();
  const abort = new AbortController();
  const asked = Array.from({ length: 12 }, () => fetch(url('hang'), { signal: abort.signal, ...CLOSE }));
  let lost = 0;
  for (const each of asked) each.catch(() => (lost += 1));
  const active = (): Promise<number> => value('http_server_active_requests');
  await expect.poll(active).toBe(12);
  const [first = 0] = await pids();
  process.kill(first, 'SIGKILL');
  // How many of them it has is up to the system.
  await primary.hear('exit');
  await expect.poll(async () => (await active()) + lost).toBe(12);
  abort.abort();
  await Promise.allSettled(asked);
  await expect.poll(active).toBe(0);
});

test('Prometheus never sees a counter fall, in spite of a kill and a roll under load', async () => {
  await start();
  await using prometheus = await Prometheus.start(metricsUrl());
  const query = async (text: string): Promise<number | undefined> => (await prometheus.query(text))[0]?.value;
  let sent = 0;
  const stop = new AbortController();
  const loading = (async () => {
    while (!stop.signal.aborted) {
      // Requests that the killed worker had are lost.
      await fetch(url(), CLOSE).then(
        ({ status }) => (sent += status === 200 ? 1 : 0),
        () => undefined,
      );
      await setTimeout(20);
    }
  })();
  const seen = `sum(${COUNT}{http_route="/"})`;
  await expect.poll(() => query(seen), { timeout: 30_000 }).toBeGreaterThan(0);
  const [first = 0] = await pids();
  process.kill(first, 'SIGKILL');
  await primary.hear('exit');
  await expect.poll(workersInHealth).toMatchObject({ status: 'pass' });
  await primary.ask('reload', 'reloaded');
  stop.abort();
  await loading;
  await send(1);
  // A worker that is killed may lose what it has counted in the last second.
  await expect.poll(() => query(seen), { timeout: 30_000 }).toBeGreaterThan(sent / 2);
  await expect.poll(() => query('count_over_time(mine_total[5m])')).toBeGreaterThan(5);
  for (const name of [COUNT, 'mine_total', COUNT.replace('count', 'bucket')]) {
    expect(await query(`max(resets(${name}[5m]))`)).toBe(0);
  }
});
