import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Answer, type Ask, foldTopic, type Peer, PrimaryBus } from './bus.ts';

/** A cluster whose workers count, and keep their counts. */
class Fleet {
  readonly peers = new Map<number, Peer>();
  readonly asked: [worker: number, topic: string][] = [];
  readonly bus = new PrimaryBus(() => this.peers.values());
  /** Workers that live, but don't answer. */
  readonly silent = new Set<number>();
  readonly failing = new Set<number>();
  canFold = true;

  add(id: number, hasBeenReady = true): Peer {
    const peer: Peer = { id, hasBeenReady, send: (message) => this.#answer(peer, message) };
    this.peers.set(id, peer);
    return peer;
  }

  keep(id: number, data: unknown): void {
    this.bus.receive(this.peers.get(id)!, { blaize: 'keep', topic: 'n', data });
  }

  end(id: number): void {
    this.peers.delete(id);
    this.bus.forget(id);
  }

  async total(timeout?: number): Promise<number> {
    const answers = await this.bus.ask('n', undefined, timeout);
    return answers.reduce((sum, { data }) => sum + (data as number), 0);
  }

  #answer(peer: Peer, message: Ask | Answer): void {
    if (message.blaize === 'answer') return;
    this.asked.push([peer.id, message.topic]);
    const { id, topic, data } = message;
    if (this.silent.has(peer.id)) return;
    const isFold = topic === foldTopic('n');
    if (isFold && !this.canFold) return;
    if (this.failing.has(peer.id)) {
      this.bus.receive(peer, { blaize: 'answer', id, error: 'It failed.', keep: true });
    } else if (isFold) {
      const sum = (data as number[]).reduce((all, one) => all + one, 0);
      this.bus.receive(peer, { blaize: 'answer', id, data: sum });
    } else this.bus.receive(peer, { blaize: 'answer', id, data: 1, keep: true });
  }
}

let fleet: Fleet;

beforeEach(() => {
  vi.useFakeTimers();
  fleet = new Fleet();
});

afterEach(() => void vi.useRealTimers());

test('for a worker that lives but does not answer within 1 s, what it has kept counts', async () => {
  fleet.add(1);
  fleet.add(2);
  fleet.keep(2, 5);
  fleet.silent.add(2);
  let answers: unknown;
  void fleet.bus.ask('n').then((given) => (answers = given));
  await vi.advanceTimersByTimeAsync(999);
  expect(answers).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(answers).toEqual([
    { worker: 1, data: 1 },
    { worker: 2, data: 5 },
  ]);
});

test('for a worker that answers an error, what it has kept counts, and stays kept', async () => {
  fleet.add(1);
  fleet.add(2);
  fleet.keep(1, 5);
  fleet.failing.add(1);
  for (let time = 0; time < 2; time++) {
    expect(await fleet.bus.ask('n')).toEqual([
      { worker: 1, data: 5 },
      { worker: 2, data: 1 },
    ]);
  }
  fleet.end(1);
  expect(await fleet.bus.ask('n')).toEqual([
    { worker: 2, data: 1 },
    { worker: 1, data: 5, exited: true },
  ]);
});

test('a worker that has never been ready is not asked, so nobody waits for it', async () => {
  fleet.add(1);
  fleet.add(2, false);
  expect(await fleet.bus.ask('n')).toEqual([{ worker: 1, data: 1 }]);
  expect(fleet.asked).toEqual([[1, 'n']]);
});

test('what hundreds of workers left behind is not forgotten, although nobody could fold it', async () => {
  fleet.add(1000);
  fleet.canFold = false;
  for (let id = 1; id <= 200; id++) {
    fleet.add(id);
    fleet.keep(id, 10);
    fleet.end(id);
  }
  expect(await fleet.total()).toBe(2001);
  // The folds that are under way end in vain.
  await vi.advanceTimersByTimeAsync(2000);
  expect(await fleet.bus.ask('n')).toHaveLength(201);
  await vi.advanceTimersByTimeAsync(2000);

  // The next question tries again.
  fleet.canFold = true;
  expect(await fleet.total()).toBe(2001);
  await vi.advanceTimersByTimeAsync(0);
  expect(await fleet.bus.ask('n')).toEqual([
    { worker: 1000, data: 1 },
    { worker: 200, data: 2000, exited: true },
  ]);
});

test('a worker that answers, then exits before the others have answered, counts once', async () => {
  fleet.add(1);
  fleet.add(2);
  fleet.silent.add(2);
  const asked = fleet.bus.ask('n');
  fleet.end(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await asked).toEqual([{ worker: 1, data: 1, exited: true }]);
});
