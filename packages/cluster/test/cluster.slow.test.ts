import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import type { Folder } from '../../../tooling/test/folder.ts';
import { requestReload } from '../src/index.ts';
import { bundle } from './bundle.ts';
import { ask, handshake, startLoad } from './load.ts';
import { certificate, isAlive, Primary } from './run-primary.ts';

const RELOADS = Number(process.env['BLAIZE_RELOADS'] ?? 5);

let primary: Primary | undefined;
let bundled: Folder;

// Workers start slowly on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  bundled = await bundle();
}, 60_000);

afterAll(async () => {
  vi.resetConfig();
  await bundled[Symbol.asyncDispose]();
});

afterEach(async () => {
  await primary?.end();
  primary = undefined;
});

async function started(options: Parameters<typeof Primary.start>[1] = {}): Promise<Primary> {
  primary = await Primary.start(bundled.path, options);
  await primary.hear('started');
  return primary;
}

test(
  'reloads under load lose no request, over keep-alive, sessions and new handshakes, with new code and a new certificate',
  async () => {
    const { child, port, folder } = await started();
    const load = startLoad(port);
    for (let version = 2; version < RELOADS + 2; version++) {
      const { key, cert } = await certificate();
      await writeFile(path.join(folder, 'key.pem'), key);
      await writeFile(path.join(folder, 'cert.pem'), cert);
      await primary?.write(String(version));
      await primary?.ask('reload', 'reloaded');
      expect((await ask(port)).version).toBe(String(version));
    }
    await load.stop();
    if (process.env['BLAIZE_RELOADS'])
      console.log(
        `${RELOADS} reloads, ${load.requests} requests, ${load.failures.length} failures, ${load.refused} refused and asked again`,
      );
    expect(load.failures).toEqual([]);
    expect(load.versions.size).toBeGreaterThan(RELOADS);
    expect(child.exitCode).toBe(null);
  },
  30_000 + RELOADS * 30_000,
);

test.each([
  ['throws', 'The new version is broken'],
  ['hangs', 'its module has not finished to load'],
])('a new version that %s stops the reload, and the old workers go on', async (version, why) => {
  const running = await started({ startTimeout: 8000 });
  const before = await running.ask('workers', 'workers');
  await running.write(version);
  const { message } = await running.ask('reload', 'reload failed');
  expect(message).toContain(why);
  await expect.poll(() => running.stderr).toContain(why);
  expect((await running.ask('workers', 'workers')).workers).toEqual(before.workers);
  expect((await ask(running.port)).version).toBe('1');
  expect([...running.pids].filter(isAlive)).toHaveLength(2);
  // A later one works.
  await running.write('2');
  await running.ask('reload', 'reloaded');
  expect((await ask(running.port)).version).toBe('2');
});

test('a start that throws ends the cluster, and says why', async () => {
  primary = await Primary.start(bundled.path, {}, 'throws');
  const { event, message } = await Promise.race([primary.hear('failed'), primary.hear('started')]);
  expect(event).toBe('failed');
  expect(message).toContain('The new version is broken');
});

test('a worker that is killed is replaced at once, and counted', async () => {
  const running = await started();
  const [first] = (await running.ask('workers', 'workers')).workers ?? [];
  const from = running.messages.length;
  process.kill(first?.pid ?? 0, 'SIGKILL');
  const killed = performance.now();
  await running.hear('fork', from);
  expect(performance.now() - killed).toBeLessThan(1000);
  await expect
    .poll(async () => (await running.ask('workers', 'workers')).workers?.map(({ state }) => state), {
      timeout: 8000,
    })
    .toEqual(['ready', 'ready']);
  expect((await running.ask('workers', 'workers')).workers?.[0]).toMatchObject({ restarts: 1 });
});

test('a connection that waits for a worker that is killed is served by another one', async () => {
  const running = await started();
  const [first, second] = (await running.ask('workers', 'workers')).workers ?? [];
  for (const worker of [first, second]) process.kill(worker?.pid ?? 0, 'SIGSTOP');
  const waiting = Array.from({ length: 10 }, () => ask(running.port));
  process.kill(first?.pid ?? 0, 'SIGKILL');
  process.kill(second?.pid ?? 0, 'SIGCONT');
  for (const { version } of await Promise.all(waiting)) expect(version).toBe('1');
});

test('clients resume their TLS sessions with another worker', async () => {
  const running = await started();
  const first = await handshake(running.port);
  const before = (await running.ask('workers', 'workers')).workers?.find(({ pid }) => pid === first.pid);
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await running.hear('exit');
  const second = await handshake(running.port, first.session);
  expect(second.pid).not.toBe(first.pid);
  expect(second.reused).toBe(true);
});

test('reloads that are asked for during a reload are one more', async () => {
  const running = await started();
  await Promise.all(
    Array.from({ length: 5 }, () => requestReload(path.join(running.folder, 'control.sock'))),
  );
  // Two at the start, and two for each of the two.
  expect(running.messages.filter(({ event }) => event === 'fork')).toHaveLength(6);
});

test('SIGHUP reloads, and workers that know a topic answer', async () => {
  const running = await started();
  const before = running.pids.size;
  running.child.kill('SIGHUP');
  await expect.poll(() => running.stderr).toContain('Reload: done');
  expect(running.pids.size).toBe(before + 2);
  const { answers } = await running.ask('ask', 'answers');
  const { workers } = await running.ask('workers', 'workers');
  expect(answers?.map(({ data }) => data)).toEqual(workers?.map(({ pid }) => pid));
});
