import { expect, test } from 'vitest';

import { type Exit, pauseAfter, Supervisor, type WorkerProcess } from './supervisor.ts';

/** A worker without a process. */
class FakeWorker implements WorkerProcess {
  static last = 0;
  readonly id = ++FakeWorker.last;
  readonly pid = this.id;
  readonly since = 0;
  readonly state = 'ready';
  becomeReady: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  end: (exit: Exit) => void = () => undefined;
  readonly ready = new Promise<void>((resolve, reject) => {
    this.becomeReady = resolve;
    this.fail = reject;
  });
  readonly exited = new Promise<Exit>((resolve) => {
    this.end = resolve;
  });
  atStop: Exit = { code: 0, signal: null };
  stop(): Promise<Exit> {
    this.end(this.atStop);
    return this.exited;
  }
  kill(): void {
    this.end({ code: null, signal: 'SIGKILL' });
  }
}

function supervise(size: number): { supervisor: Supervisor; workers: FakeWorker[]; lines: string[] } {
  const workers: FakeWorker[] = [];
  const lines: string[] = [];
  const supervisor = new Supervisor({
    size,
    spawn: () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    backoff: { first: 1, max: 4, healthyAfter: 10_000, crashLoop: 3 },
    log: (level, message) => lines.push(`${level}: ${message}`),
  });
  return { supervisor, workers, lines };
}

test('pauses grow up to their maximum', () => {
  const pauses = [0, 1, 2, 3, 4, 100].map((failures) => pauseAfter(failures, { first: 500, max: 3000 }));
  expect(pauses).toEqual([0, 500, 1000, 2000, 3000, 3000]);
});

test('a reload replaces workers one by one, and the old one stays if the new one fails', async () => {
  const { supervisor, workers } = supervise(2);
  const starting = supervisor.start();
  for (const worker of workers) worker.becomeReady();
  await starting;
  const reloading = supervisor.reload();
  expect(workers).toHaveLength(3);
  workers[2]?.becomeReady();
  await expect.poll(() => workers.length).toBe(4);
  expect(supervisor.workers.map(({ id }) => id)).toEqual([workers[2]?.id, workers[1]?.id]);
  workers[3]?.fail(new Error('it is broken'));
  await expect(reloading).rejects.toThrow('it is broken');
  expect(supervisor.workers.map(({ id }) => id)).toEqual([workers[2]?.id, workers[1]?.id]);
  await supervisor.close();
  expect(supervisor.state).toBe('closed');
});

test('a crash loop is named, and never given up', async () => {
  const { supervisor, workers, lines } = supervise(1);
  const starting = supervisor.start();
  workers[0]?.becomeReady();
  await starting;
  for (let index = 0; index < 6; index++) {
    workers[index]?.becomeReady();
    await workers[index]?.ready;
    workers[index]?.end({ code: 1, signal: null });
    await expect.poll(() => workers.length).toBe(index + 2);
  }
  expect(lines.filter((line) => line.startsWith('error: Crash loop'))).toHaveLength(4);
  expect(supervisor.workers[0]).toMatchObject({ restarts: 6 });
  await supervisor.close();
});

test('a worker that crashes or is killed while it drains is told, since its requests may be lost', async () => {
  const { supervisor, workers, lines } = supervise(2);
  const starting = supervisor.start();
  for (const worker of workers) worker.becomeReady();
  await starting;
  const [first, second] = workers as [FakeWorker, FakeWorker];
  first.atStop = { code: 1, signal: null };
  second.atStop = { code: null, signal: 'SIGKILL' };
  const reloading = supervisor.reload();
  workers[2]?.becomeReady();
  await expect.poll(() => workers.length).toBe(4);
  workers[3]?.becomeReady();
  await reloading;
  await supervisor.close();
  expect(lines.filter((line) => !line.startsWith('info: Reload'))).toEqual([
    `warn: Worker ${first.id} (pid ${first.pid}) exited with code 1 while it drained: it may have lost requests`,
    `warn: Worker ${second.id} (pid ${second.pid}) was ended by SIGKILL while it drained: it may have lost requests`,
  ]);
});

test('closing ends a reload', async () => {
  const { supervisor, workers } = supervise(1);
  const starting = supervisor.start();
  workers[0]?.becomeReady();
  await starting;
  const reloading = supervisor.reload();
  const failed = expect(reloading).rejects.toThrow('closed');
  const closing = supervisor.close();
  workers[1]?.fail(new Error('ended'));
  await failed;
  await closing;
});
