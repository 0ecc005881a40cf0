import type { WorkerBus } from '@blaizejs/types/internal';
import { afterEach, expect, test } from 'vitest';

import { WORKER_BUS } from './messages.ts';
import { askAll, onAsk } from './worker.ts';

const shared = globalThis as { [WORKER_BUS]?: WorkerBus };

afterEach(() => {
  delete shared[WORKER_BUS];
});

test('in a process that is no worker, only this process answers', async () => {
  const undo = onAsk('n', (data) => Promise.resolve((data as number) + 1));
  expect(await askAll('n', 1)).toEqual([{ worker: 0, data: 2 }]);
  const undoLater = onAsk('n', () => 3);
  undo();
  expect(await askAll('n')).toEqual([{ worker: 0, data: 3 }]);
  undoLater();
  expect(await askAll('n')).toEqual([]);
});

test('in a worker, the bus that it has published is used', async () => {
  const topics: string[] = [];
  shared[WORKER_BUS] = {
    answer: (topic) => () => void topics.push(topic),
    ask: (topic, data) => Promise.resolve([{ worker: 7, data: [topic, data] }]),
    keep: () => Promise.resolve(),
    knows: () => false,
  };
  onAsk('n', () => 1)();
  expect(topics).toEqual(['n']);
  expect(await askAll('n', 5)).toEqual([{ worker: 7, data: ['n', 5] }]);
});
