import { expect, test } from 'vitest';

import { type Ask, type Answer, PrimaryBus, type Peer } from './bus.ts';

function worker(
  bus: () => PrimaryBus,
  id: number,
  answer: (ask: Ask) => unknown,
  keep = false,
): Peer & { got: Answer[] } {
  const got: Answer[] = [];
  const peer = {
    id,
    hasBeenReady: true,
    got,
    send: (message: Ask | Answer) => {
      if (message.blaize === 'answer') got.push(message);
      else {
        const data = answer(message);
        if (data !== undefined) bus().receive(peer, { blaize: 'answer', id: message.id, data, keep });
      }
    },
  };
  return peer;
}

test('a question goes to all workers, and those that answer in time are in the list', async () => {
  const peers = [
    worker(
      () => bus,
      2,
      () => 'b',
    ),
    worker(
      () => bus,
      1,
      () => 'a',
    ),
    worker(
      () => bus,
      3,
      () => undefined,
    ),
  ];
  const bus: PrimaryBus = new PrimaryBus(() => peers);
  expect(await bus.ask('topic', undefined, 50)).toEqual([
    { worker: 1, data: 'a' },
    { worker: 2, data: 'b' },
  ]);
});

test('what a worker keeps is in the list after its exit, and folded into one', async () => {
  const add = ({ topic, data }: Ask): unknown =>
    topic === 'n:fold' ? (data as number[]).reduce((sum, n) => sum + n, 0) : 1;
  let peers = [1, 2, 3].map((id) => worker(() => bus, id, add, true));
  const bus: PrimaryBus = new PrimaryBus(() => peers);
  expect(await bus.ask('n')).toHaveLength(3);
  peers = peers.slice(2);
  bus.forget(1);
  bus.forget(2);
  await expect
    .poll(async () => (await bus.ask('n')).map(({ data, exited }) => [data, exited]))
    .toEqual([
      [1, undefined],
      [2, true],
    ]);
});

test('messages of others are left alone', () => {
  const bus = new PrimaryBus(() => []);
  const peer = worker(
    () => bus,
    1,
    () => 1,
  );
  for (const message of [null, 1, 'ask', {}, { blaize: 'ready' }])
    expect(bus.receive(peer, message)).toBe(false);
});
