import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { SaveQueue } from './save-queue.ts';

describe('SaveQueue', () => {
  test('makes one update of all that wait', async () => {
    const queue = new SaveQueue<number, string>();
    const updates: (readonly number[])[] = [];
    const update = async (all: readonly number[]): Promise<string> => {
      await setImmediate();
      updates.push(all);
      return all.join();
    };
    const first = queue.update('a', 1, update);
    await setImmediate();
    const rest = [2, 3, 4].map((change) => queue.update('a', change, update));
    const other = queue.update('b', 9, update);
    expect([await first, await Promise.all(rest), await other]).toEqual([
      '1',
      ['2,3,4', '2,3,4', '2,3,4'],
      '9',
    ]);
    expect(updates.map((all) => all.join()).sort()).toEqual(['1', '2,3,4', '9']);
  });

  test('runs everything of one key in order, also after an error', async () => {
    const queue = new SaveQueue<number, number>();
    const log: string[] = [];
    const step = (name: string) => async () => {
      log.push(`${name} in`);
      await setImmediate();
      log.push(`${name} out`);
      return 0;
    };
    const failing = queue.run('a', () => Promise.reject(new Error('no')));
    const all = [
      queue.update('a', 1, step('update')),
      queue.run('a', step('run')),
      queue.run('a', step('last')),
    ];
    await expect(failing).rejects.toThrow('no');
    await Promise.all(all);
    expect(log).toEqual(['update in', 'update out', 'run in', 'run out', 'last in', 'last out']);
  });

  test('an update that fails fails for all that waited for it, and for nobody else', async () => {
    const queue = new SaveQueue<number, number>();
    const fail = (): Promise<number> => Promise.reject(new Error('no'));
    const failing = [queue.update('a', 1, fail), queue.update('a', 2, fail)];
    for (const each of failing) await expect(each).rejects.toThrow('no');
    expect(await queue.update('a', 3, () => Promise.resolve(3))).toBe(3);
  });
});
