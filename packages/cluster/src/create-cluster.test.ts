import { EventEmitter, once } from 'node:events';
import path from 'node:path';

import type { TicketKeySource, WorkerBus } from '@blaizejs/types/internal';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { type FakeApp, FakeLauncher, serve } from '../test/fake-workers.ts';
import { requestReload } from './control.ts';
import { Cluster, createCluster } from './create-cluster.ts';
import { type ClusterOptions, resolveOptions } from './options.ts';
import type { SignalledProcess } from './primary-signals.ts';

let launcher: FakeLauncher;
let primary: EventEmitter & { exit: ReturnType<typeof vi.fn> };
let lines: string[];
let cluster: Cluster;

beforeEach(() => {
  launcher = new FakeLauncher();
  primary = Object.assign(new EventEmitter(), { exit: vi.fn() });
  lines = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await cluster.close();
});

function create(options: Partial<ClusterOptions> = {}): Cluster {
  const write = (line: unknown): void => void lines.push(String(line));
  cluster = new Cluster(
    resolveOptions({
      entry: '/app.mjs',
      workers: 2,
      logger: { info: write, warn: write, error: write },
      ...options,
    }),
    { launch: launcher.launch, process: primary as unknown as SignalledProcess },
  );
  return cluster;
}

test('workers get the file, its arguments, the environment and one set of ticket keys', async () => {
  const files: string[][] = [];
  launcher.app = (worker) => {
    files.push(worker.inner.argv);
    serve(worker);
  };
  let count = 0;
  await create({
    args: ['a', 'b'],
    env: () => ({ COUNT: String(++count) }),
    execArgv: ['--x'],
  }).start();
  expect(files).toEqual([
    ['node', '/app.mjs', 'a', 'b'],
    ['node', '/app.mjs', 'a', 'b'],
  ]);
  expect(launcher.workers.map(({ settings }) => settings)).toEqual([
    { balance: 'shared', execArgv: ['--x'], env: { COUNT: '1', BLAIZE_CLUSTER: '1' } },
    { balance: 'shared', execArgv: ['--x'], env: { COUNT: '2', BLAIZE_CLUSTER: '1' } },
  ]);
  const keys = launcher.workers.map(({ shared }) => ticketKeys(shared).secret);
  expect(keys[0]).toHaveLength(48);
  expect(keys[1]).toEqual(keys[0]);
  const [one, two] = launcher.workers;
  expect(cluster.workers).toMatchObject([
    { id: one?.id, pid: one?.process.pid, state: 'ready', restarts: 0 },
    { id: two?.id, pid: two?.process.pid, state: 'ready', restarts: 0 },
  ]);
  expect(lines).toEqual([`Cluster started: 2 workers, primary ${process.pid}`]);
});

function ticketKeys(shared: object): TicketKeySource {
  return (shared as Record<symbol, TicketKeySource>)[Symbol.for('blaizejs.ticketKeys')]!;
}

test('every 12 hours, all workers get new ticket keys, those that start later too', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await create().start();
  const sources = launcher.workers.map(({ shared }) => ticketKeys(shared));
  const before = sources.map(({ secret }) => secret);
  let changes = 0;
  const forget = sources[0]!.onChange(() => (changes += 1));
  vi.advanceTimersByTime(12 * 3_600_000);
  await vi.waitFor(() => expect(sources[1]?.secret).not.toEqual(before[1]));
  expect(sources[0]?.secret).toEqual(sources[1]?.secret);
  expect(changes).toBe(1);
  forget();
  const reloading = cluster.reload();
  // The new process does not listen to messages yet.
  vi.advanceTimersByTime(12 * 3_600_000);
  await reloading;
  const secrets = launcher.workers.map(({ shared }) =>
    Buffer.from(ticketKeys(shared).secret).toString('hex'),
  );
  expect(new Set(secrets).size).toBe(1);
  expect(changes).toBe(1);
  await cluster.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a cluster starts once; a second try harms nothing', async () => {
  await create().start();
  await expect(cluster.start()).rejects.toThrow("Can't start: the cluster is running.");
  expect(cluster.state).toBe('running');
  expect(primary.listenerCount('SIGTERM')).toBe(1);
});

test('an app that throws ends the start, with its reason, and the other workers', async () => {
  let count = 0;
  launcher.app = (worker) => {
    if (++count === 2) throw new Error('The database is not there');
    serve(worker);
  };
  await expect(create().start()).rejects.toThrow('The database is not there');
  expect(cluster.state).toBe('closed');
  expect(primary.listenerCount('SIGTERM')).toBe(0);
});

test.each<[string, FakeApp, string]>([
  ['its module never ends', () => new Promise(() => undefined), 'its module has not finished to load'],
  ['it starts no server', () => undefined, 'it has not started a server'],
])('a worker is not ready, and the error says why: %s', async (_, app, why) => {
  launcher.app = app;
  await expect(create({ startTimeout: 50 }).start()).rejects.toThrow(`it was not ready after 50 ms: ${why}`);
});

test('a worker with several servers is ready when all listen', async () => {
  launcher.app = (worker) => {
    const [first, second] = [{}, {}];
    worker.tellState(first, 'starting');
    worker.tellState(second, 'starting');
    worker.tellState(first, 'listening');
    worker.inner.on('SIGTERM', () => worker.end(0, null));
  };
  const starting = create({ workers: 1, startTimeout: 100 }).start();
  await expect(starting).rejects.toThrow('1 of its servers is still starting');

  launcher.app = (worker) => {
    serve(worker);
    serve(worker);
  };
  await create({ workers: 1 }).start();
  expect(cluster.workers[0]?.state).toBe('ready');
});

test('a plain server makes a worker ready, and its process ends when it has closed', async () => {
  launcher.app = (worker) => void worker.emit('listening', { port: 1 });
  await create().start();
  await cluster.reload();
  expect(launcher.workers).toHaveLength(4);
  await cluster.close();
  expect(launcher.workers.flatMap(({ killed }) => killed)).toEqual([]);
});

test('a process that could not be spawned, or was ended before it was ready, is an error', async () => {
  create({ workers: 1 });
  const failed = expect(cluster.start()).rejects.toThrow('spawn EAGAIN');
  const [worker] = launcher.workers;
  Object.assign(worker!.process, { pid: undefined });
  worker!.emit('error', new Error('spawn EAGAIN'));
  await failed;

  create({ workers: 1 });
  const ended = expect(cluster.start()).rejects.toThrow('it was ended by SIGKILL before it was ready');
  launcher.workers[1]?.process.kill('SIGKILL');
  await ended;
});

test('the reason is known even if it is read after the exit', async () => {
  create({ workers: 1 });
  const failed = expect(cluster.start()).rejects.toThrow('it broke');
  const [worker] = launcher.workers;
  worker?.deliver(worker, { blaize: 'failed', reason: 'it broke' });
  worker?.emit('exit', 1, null);
  worker?.end(1, null);
  await failed;
});

test('a worker that does not end within stopTimeout is killed', async () => {
  await create({ workers: 1, stopTimeout: 20 }).start();
  launcher.workers[0]!.isStuck = true;
  await cluster.reload();
  expect(launcher.workers[0]?.killed).toEqual(['SIGKILL']);
});

test('messages of the app reach the primary, and broadcasts the app', async () => {
  await create({ workers: 1 }).start();
  const [worker] = launcher.workers;
  const heard = once(cluster, 'message');
  worker?.deliver(worker, { blaize: 'unknown' });
  worker?.deliver(worker, 'hello');
  expect((await heard)[1]).toBe('hello');
  const got = once(worker!.inner, 'message');
  cluster.broadcast({ flush: true });
  expect(await got).toEqual([{ flush: true }]);
});

test('any worker, and the primary, can ask all; and about the cluster itself', async () => {
  await create().start();
  const [one, two] = launcher.workers;
  const buses = launcher.workers.map(
    ({ shared }) => (shared as Record<symbol, WorkerBus>)[Symbol.for('blaizejs.workerBus')],
  );
  buses[0]?.answer('n', () => 1);
  const undo = buses[1]!.answer('n', () => 2);
  expect([buses[0]?.knows('n'), buses[0]?.knows('m')]).toEqual([true, false]);
  const both = [
    { worker: one?.id, data: 1 },
    { worker: two?.id, data: 2 },
  ];
  expect(await buses[0]?.ask('n')).toEqual(both);
  expect(await cluster.ask('n')).toEqual(both);
  expect(await buses[1]?.ask('cluster')).toMatchObject([
    { worker: 0, data: { state: 'running', workers: [{ state: 'ready' }, { state: 'ready' }] } },
  ]);
  undo();
  undo();
  expect(buses[1]?.knows('n')).toBe(false);
});

test('SIGHUP and the control socket reload', async () => {
  const folder = await temporaryFolder();
  const control = path.join(folder, 'deep/control.sock');
  await create({ control }).start();
  primary.emit('SIGHUP', 'SIGHUP');
  await vi.waitFor(() => expect(lines).toContain('Reload: done'));
  expect(cluster.isReloading).toBe(false);
  await requestReload(control);
  expect(launcher.workers).toHaveLength(6);
  launcher.app = () => {
    throw new Error('The new version is broken');
  };
  await expect(requestReload(control)).rejects.toThrow('The new version is broken');
  primary.emit('SIGHUP', 'SIGHUP');
  await vi.waitFor(() =>
    expect(lines.filter((line) => line.includes('The new version is broken'))).toHaveLength(2),
  );
  expect(cluster.workers.map(({ id }) => id)).toEqual(launcher.workers.slice(4, 6).map(({ id }) => id));
});

test('a control socket that is taken is a warning', async () => {
  const folder = await temporaryFolder();
  const control = path.join(folder, 'control.sock');
  const first = await create({ workers: 1, control }).start();
  await create({ workers: 1, control }).start();
  expect(lines).toContainEqual(
    `blaize reload will not work: Another cluster has the control socket ${control}`,
  );
  await first.close();
});

test('SIGTERM drains all workers, then ends the process', async () => {
  await create().start();
  primary.emit('SIGTERM', 'SIGTERM');
  await vi.waitFor(() => expect(primary.exit).toHaveBeenCalledExactlyOnceWith(0));
  expect(cluster.state).toBe('closed');
  expect(launcher.workers.flatMap(({ killed }) => killed)).toEqual([]);
});

test('a second signal ends everything at once; its echo does not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  await create().start();
  for (const worker of launcher.workers) worker.isStuck = true;
  primary.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(49);
  primary.emit('SIGINT', 'SIGINT');
  expect(primary.exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  primary.emit('SIGINT', 'SIGINT');
  expect(primary.exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(launcher.workers.map(({ killed }) => killed)).toEqual([['SIGKILL'], ['SIGKILL']]);
});

test('SIGTERM in the middle of a reload ends the new worker too', async () => {
  await create().start();
  launcher.app = () => new Promise(() => undefined);
  const reloading = expect(cluster.reload()).rejects.toThrow('The cluster was closed during the reload.');
  await vi.waitFor(() => expect(launcher.workers).toHaveLength(3));
  primary.emit('SIGTERM', 'SIGTERM');
  await reloading;
  await vi.waitFor(() => expect(primary.exit).toHaveBeenCalledExactlyOnceWith(0));
  await expect(cluster.reload()).rejects.toThrow("Can't reload: the cluster is closed.");
});

test('createCluster() takes options, and has no workers before start()', () => {
  cluster = createCluster({ entry: '/app.mjs', workers: 3, logger: false });
  expect(cluster.state).toBe('new');
  expect(cluster.workers.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
});
