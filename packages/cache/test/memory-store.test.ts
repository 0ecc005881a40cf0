import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';

import { memoryStore } from '../src/index.ts';
import { bytes, text } from './store-contract.ts';

afterEach(() => void vi.useRealTimers());

test('drops what was used longest ago, and keeps within its bytes', async () => {
  const store = memoryStore({ maxBytes: 10_000 });
  for (let at = 0; at < 200; at++) {
    await store.set(`${at}`, new Uint8Array(100), { tags: [`t${at}`, 'all'] });
    await store.get('0');
    expect(store.usage().bytes).toBeLessThanOrEqual(10_000);
  }
  expect(await store.get('0')).toBeDefined();
  expect(await store.get('199')).toBeDefined();
  expect(await store.get('1')).toBeUndefined();
  const { entries, tags } = store.usage();
  expect(tags).toBe(entries + 1);
});

test('keeps nothing that would not fit alone, and drops its old value', async () => {
  const store = memoryStore({ maxBytes: 2000 });
  await store.set('b', bytes('b'));
  await store.set('a', bytes('1'), { tags: ['x'] });
  await store.set('a', new Uint8Array(2000), { tags: ['x', 'y'] });
  expect([await store.get('a'), text(await store.get('b'))]).toEqual([undefined, 'b']);
  await store.set('x'.repeat(1000), bytes('1'));
  await store.set('c', bytes('1'), { tags: ['x'.repeat(1000)] });
  expect(store.usage()).toMatchObject({ entries: 1, tags: 0 });
});

test('100,000 keys and tags leave nothing behind', async () => {
  const store = memoryStore({ maxBytes: 8_000_000 });
  for (let at = 0; at < 100_000; at++) await store.set(`${at}`, bytes('x'), { tags: ['all', `${at}`] });
  const { entries, tags, bytes: used } = store.usage();
  expect(tags).toBe(entries + 1);
  expect(used).toBeLessThanOrEqual(8_000_000);
  await store.deleteTag('all');
  expect(store.usage()).toEqual({ entries: 0, bytes: 0, tags: 0 });
});

test('refuses other options', () => {
  expect(() => memoryStore({ maxBytes: 0 })).toThrow('maxBytes: expected a whole number above 0');
  expect(() => memoryStore({ maxByte: 1 } as never)).toThrow('Did you mean `maxBytes`?');
});

test('behaves as a map with times and tags does, whatever is done to it', async () => {
  const key = fc.constantFrom('a', 'b', 'c', '__proto__');
  const value = fc.uint8Array({ maxLength: 3 });
  const settings = fc.record(
    {
      ttl: fc.constantFrom(0, 1, 5, 20, Infinity),
      tags: fc.array(fc.constantFrom('x', 'y'), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  const step = fc.oneof(
    fc.record({ do: fc.constant('set' as const), key, value, settings }),
    fc.record({
      do: fc.constant('replace' as const),
      key,
      expected: fc.option(value, { nil: undefined }),
      value: fc.option(value, { nil: undefined }),
      settings,
    }),
    fc.record({ do: fc.constant('delete' as const), key }),
    fc.record({ do: fc.constant('deleteTag' as const), tag: fc.constantFrom('x', 'y', 'z') }),
    fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 10 }) }),
  );
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const store = memoryStore();
      const model = new Map<string, { value: Uint8Array; until: number; tags: readonly string[] }>();
      const find = (name: string) => {
        const entry = model.get(name);
        return entry && entry.until > Date.now() ? [...entry.value] : undefined;
      };
      const keep = (name: string, kept: Uint8Array, { ttl = Infinity, tags = [] as string[] }) =>
        model.set(name, { value: kept, until: Date.now() + ttl, tags });
      for (const it of steps) {
        if (it.do === 'set') {
          await store.set(it.key, it.value, it.settings);
          keep(it.key, it.value, it.settings);
        } else if (it.do === 'replace') {
          const fits = JSON.stringify(find(it.key)) === JSON.stringify(it.expected && [...it.expected]);
          expect(await store.replace(it.key, it.expected, it.value, it.settings)).toBe(fits);
          if (fits && it.value) keep(it.key, it.value, it.settings);
          else if (fits) model.delete(it.key);
        } else if (it.do === 'delete') {
          await store.delete(it.key);
          model.delete(it.key);
        } else if (it.do === 'deleteTag') {
          await store.deleteTag(it.tag);
          for (const [name, { tags }] of model) if (tags.includes(it.tag)) model.delete(name);
        } else {
          vi.setSystemTime(Date.now() + it.time);
        }
        for (const name of ['a', 'b', 'c', '__proto__']) {
          const found = await store.get(name);
          expect(found && [...found]).toEqual(find(name));
        }
      }
      for (const name of model.keys()) await store.delete(name);
      expect(store.usage()).toEqual({ entries: 0, bytes: 0, tags: 0 });
    }),
  );
});
