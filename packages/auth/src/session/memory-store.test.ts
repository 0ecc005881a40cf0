import { afterEach, describe, expect, test, vi } from 'vitest';

import { memoryStore } from './memory-store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

afterEach(() => void vi.useRealTimers());

describe('memoryStore()', () => {
  test('keeps bytes until they are deleted or replaced', async () => {
    const store = memoryStore();
    await store.set('a', bytes('1'));
    await store.set('a', bytes('2'));
    await store.set('__proto__', bytes('3'));
    expect([text(await store.get('a')), text(await store.get('__proto__'))]).toEqual(['2', '3']);
    await store.delete('a');
    await store.delete('missing');
    expect([await store.get('a'), await store.get('constructor')]).toEqual([undefined, undefined]);
  });

  test('is not changed by what becomes of the bytes', async () => {
    const store = memoryStore();
    const given = bytes('abc');
    await store.set('a', given);
    given[0] = 0;
    (await store.get('a'))?.fill(0);
    expect(text(await store.get('a'))).toBe('abc');
  });

  test('drops what is past its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
    const store = memoryStore();
    await store.set('a', bytes('1'), { ttl: 500 });
    await store.set('b', bytes('2'));
    vi.setSystemTime(1499);
    expect(text(await store.get('a'))).toBe('1');
    vi.setSystemTime(1500);
    expect([await store.get('a'), text(await store.get('b'))]).toEqual([undefined, '2']);
  });

  test('drops what was used longest ago when it has too many entries', async () => {
    const store = memoryStore({ maxEntries: 2 });
    await store.set('a', bytes('1'));
    await store.set('b', bytes('2'));
    await store.get('a');
    await store.set('c', bytes('3'));
    expect([text(await store.get('a')), await store.get('b'), text(await store.get('c'))]).toEqual([
      '1',
      undefined,
      '3',
    ]);
  });

  test('drops what was used longest ago when it has too many bytes, and refuses what never fits', async () => {
    const store = memoryStore({ maxBytes: 100 });
    await store.set('a', bytes('x'.repeat(40)));
    await store.set('b', bytes('x'.repeat(40)));
    await store.set('b', bytes('y'.repeat(50)));
    expect((await store.get('a'))?.length).toBe(40);
    await store.set('c', bytes('x'.repeat(40)));
    expect([(await store.get('a'))?.length, await store.get('b')]).toEqual([40, undefined]);
    await expect(store.set('d', bytes('x'.repeat(99)))).rejects.toThrow('does not fit');
    expect((await store.get('a'))?.length).toBe(40);
  });

  test('deletes by tag', async () => {
    const store = memoryStore({ maxEntries: 3 });
    await store.set('a', bytes('1'), { tags: ['user:1', 'x'] });
    await store.set('b', bytes('2'), { tags: ['user:1'] });
    await store.set('c', bytes('3'), { tags: ['user:2'] });
    await store.set('b', bytes('2'));
    await store.deleteTag('user:1');
    await store.deleteTag('user:1');
    expect([await store.get('a'), text(await store.get('b')), text(await store.get('c'))]).toEqual([
      undefined,
      '2',
      '3',
    ]);
  });

  test('replaces only what is expected', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
    const store = memoryStore();
    const replace = (...args: Parameters<NonNullable<typeof store.replace>>) => store.replace?.(...args);
    expect(await replace('a', bytes('0'), bytes('1'))).toBe(false);
    expect(await replace('a', undefined, bytes('1'), { ttl: 10 })).toBe(true);
    expect(await replace('a', undefined, bytes('2'))).toBe(false);
    expect(await replace('a', bytes('11'), bytes('2'))).toBe(false);
    expect(text(await store.get('a'))).toBe('1');
    vi.setSystemTime(1010);
    expect(await replace('a', bytes('1'), bytes('2'))).toBe(false);
    expect(await replace('a', undefined, undefined)).toBe(true);
    expect(await replace('a', undefined, bytes('3'))).toBe(true);
    expect(await replace('a', bytes('3'), bytes('4'), { tags: ['t'] })).toBe(true);
    expect(await replace('a', bytes('4'), undefined)).toBe(true);
    expect(await store.get('a')).toBe(undefined);
  });

  test('refuses other options', () => {
    expect(() => memoryStore({ maxEntries: 0 })).toThrow('maxEntries: expected a whole number above 0');
    expect(() => memoryStore({ max: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' }),
    );
  });
});
