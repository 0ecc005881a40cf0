import { expect, test, vi } from 'vitest';

import { FakeWorker, serve } from '../test/fake-workers.ts';
import type { Report } from './messages.ts';

const START = { blaize: 'start', entry: '/app.mjs', args: [], ticketKeys: '', stopTimeout: 20 };

/** A worker, and what it reports to the test. */
async function start(
  app: (worker: FakeWorker) => unknown,
): Promise<{ readonly worker: FakeWorker; readonly reports: string[]; readonly ends: unknown[] }> {
  const worker = new FakeWorker({ balance: 'shared', env: {}, execArgv: [] }, app);
  const reports: string[] = [];
  const ends: unknown[] = [];
  worker.on('message', (message: Report) => {
    reports.push(message.blaize);
    if (message.blaize === 'hello') worker.process.send(START);
  });
  worker.on('exit', (code, signal) => ends.push(code ?? signal));
  await vi.waitFor(() => expect(reports).toContain('waiting'));
  return { worker, reports, ends };
}

test('without a primary, a worker drains', async () => {
  const { worker, reports, ends } = await start(serve);
  await vi.waitFor(() => expect(reports.at(-1)).toBe('ready'));
  expect(worker.exitedAfterDisconnect).toBe(true);
  worker.inner.connected = false;
  worker.inner.emit('disconnect');
  await vi.waitFor(() => expect(ends).toEqual([0]));
});

test('without a primary, a worker that does not end by itself is ended after stopTimeout', async () => {
  const { worker, reports, ends } = await start((self) => {
    serve(self);
    self.inner
      .removeAllListeners('SIGTERM')
      .on('SIGTERM', () => undefined)
      .on('SIGTERM', () => undefined);
  });
  await vi.waitFor(() => expect(reports.at(-1)).toBe('ready'));
  worker.inner.connected = false;
  worker.inner.emit('disconnect');
  await vi.waitFor(() => expect(ends).toEqual([1]));
});

test('a signal to all processes of a group drains once', async () => {
  const { worker, reports, ends } = await start((self) => {
    serve(self);
    self.inner.on('SIGINT', () => setTimeout(() => self.end(0, null), 20));
  });
  await vi.waitFor(() => expect(reports.at(-1)).toBe('ready'));
  let drains = 0;
  worker.inner.on('SIGTERM', () => (drains += 1));
  worker.inner.emit('SIGINT', 'SIGINT');
  worker.process.send({ blaize: 'stop' });
  await vi.waitFor(() => expect(ends).toEqual([0]));
  expect(drains).toBe(0);
  expect(reports.at(-1)).toBe('draining');
});

test('a worker that has nothing to drain exits at once', async () => {
  const { worker, ends } = await start(() => undefined);
  worker.process.send({ blaize: 'stop' });
  await vi.waitFor(() => expect(ends).toEqual([0]));
});

test('SIGTERM to a worker with a plain server closes it', async () => {
  const { worker, reports, ends } = await start((self) => {
    self.process.send({ blaize: 'listening' });
  });
  await vi.waitFor(() => expect(reports.at(-1)).toBe('ready'));
  worker.inner.emit('SIGHUP', 'SIGHUP');
  worker.inner.emit('SIGTERM', 'SIGTERM');
  await vi.waitFor(() => expect(ends).toEqual([0]));
});

test('one of two servers that closes is no end', async () => {
  const servers = [{}, {}];
  const { worker, reports } = await start((self) => {
    for (const server of servers) self.tellState(server, 'listening');
  });
  await vi.waitFor(() => expect(reports.at(-1)).toBe('ready'));
  worker.tellState(servers[0]!, 'closing');
  worker.tellState(servers[0]!, 'closed');
  worker.process.send({ blaize: 'something else' });
  worker.process.send(null);
  worker.tellState(servers[1]!, 'closing');
  await vi.waitFor(() => expect(reports.slice(reports.indexOf('ready') + 1)).toEqual(['draining']));
});

test('an uncaught error is reported', async () => {
  const { worker, reports } = await start(serve);
  worker.inner.emit('uncaughtExceptionMonitor', 'a text');
  await vi.waitFor(() => expect(reports.at(-1)).toBe('failed'));
});
