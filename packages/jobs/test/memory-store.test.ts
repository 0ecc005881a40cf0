import { describe, expect, test } from 'vitest';

import { memoryJobs } from '../src/index.ts';
import { testJobStore } from './store-contract.ts';

describe('memoryJobs()', () => {
  testJobStore(() => ({ store: memoryJobs(), [Symbol.asyncDispose]: () => Promise.resolve() }));
});

test('a store that is full makes room of jobs that are done, and then refuses', async () => {
  const store = memoryJobs({ maxJobs: 2 });
  const add = (id: string) => store.add({ id, queue: 'q', payload: '', priority: 2, delay: 0 });
  await add('a');
  const { jobs } = await store.claim('q', { limit: 1, lease: 1000 });
  await store.settle(jobs[0]!, { state: 'completed', keep: 60_000 });
  await add('b');
  expect(await add('c')).toBe(true);
  expect(await store.get('q', 'a')).toBeUndefined();
  await expect(add('d')).rejects.toThrow('The store has 2 jobs, which is its limit (`maxJobs`).');
  // That it is there already is known even so.
  expect(await add('c')).toBe(false);
});

test('refuses options that it does not know', () => {
  expect(() => memoryJobs({ maxJob: 2 } as never)).toThrow('Did you mean `maxJobs`?');
  expect(() => memoryJobs({ maxJobs: 0 })).toThrow('maxJobs: expected a whole number above 0');
});
