import { EventEmitter } from 'node:events';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Answer, Ask } from './bus.ts';
import { type Channel, ChannelBus } from './worker-bus.ts';

/** The worker's end of a channel, whose other end is the test. */
class TestChannel extends EventEmitter {
  connected = true;
  isBroken = false;
  readonly sent: unknown[] = [];

  send(message: unknown, _handle: unknown, _options: unknown, done: (error: Error | null) => void): boolean {
    if (!this.isBroken) this.sent.push(message);
    done(this.isBroken ? new Error('EPIPE') : null);
    return true;
  }
}

let channel: TestChannel;
let bus: ChannelBus;

beforeEach(() => {
  vi.useFakeTimers();
  channel = new TestChannel();
  bus = new ChannelBus(channel as unknown as Channel);
});

afterEach(() => void vi.useRealTimers());

async function receive(message: Ask | Answer | object): Promise<unknown> {
  channel.emit('message', message);
  await vi.advanceTimersByTimeAsync(0);
  return channel.sent.at(-1);
}

test('a question that nobody here knows stays unanswered, and messages of others are left alone', async () => {
  await receive({ blaize: 'ask', id: 'p1', topic: 'n' });
  await receive({ blaize: 'answer', id: 'w9', data: [] });
  await receive({ hello: true });
  expect(channel.sent).toEqual([]);
});

test('answers of a topic that folds are kept, and what exited workers left behind is folded', async () => {
  const sum = (parts: readonly unknown[]): number => (parts as number[]).reduce((all, one) => all + one, 0);
  const undo = bus.answer('n', (data) => Promise.resolve((data as number) + 1), sum);
  expect(await receive({ blaize: 'ask', id: 'p1', topic: 'n', data: 1 })).toEqual({
    ...{ blaize: 'answer', id: 'p1', data: 2, keep: true },
  });
  expect(await receive({ blaize: 'ask', id: 'p2', topic: 'n:fold', data: [1, 2, 3] })).toEqual({
    ...{ blaize: 'answer', id: 'p2', data: 6, keep: false },
  });
  undo();
  await receive({ blaize: 'ask', id: 'p3', topic: 'n' });
  await receive({ blaize: 'ask', id: 'p4', topic: 'n:fold', data: [] });
  expect(channel.sent).toHaveLength(2);
});

test('an answer that fails is an error to the one who asked', async () => {
  bus.answer('n', () => {
    throw new Error('It is broken');
  });
  expect(await receive({ blaize: 'ask', id: 'p1', topic: 'n' })).toEqual({
    ...{ blaize: 'answer', id: 'p1', error: 'It is broken' },
  });
});

test('a question rejects with the error of the primary, after 2 s, and if the primary is gone', async () => {
  const failed = expect(bus.ask('n')).rejects.toThrow('Can\'t ask the primary about "n": It is broken');
  await receive({ blaize: 'answer', id: 'w1', error: 'It is broken' });
  await failed;
  const late = expect(bus.ask('n')).rejects.toThrow('it did not answer within 2000 ms');
  await vi.advanceTimersByTimeAsync(2000);
  await late;
  channel.isBroken = true;
  await expect(bus.ask('n')).rejects.toThrow('it is gone');
  channel.connected = false;
  await expect(bus.ask('n')).rejects.toMatchObject({ code: 'ERR_BLAIZE_CLUSTER' });
  await bus.keep('n', 1);
  expect(channel.sent).toHaveLength(2);
});

test('what is kept is given to the primary', async () => {
  await bus.keep('n', [1]);
  expect(channel.sent).toEqual([{ blaize: 'keep', topic: 'n', data: [1] }]);
});
