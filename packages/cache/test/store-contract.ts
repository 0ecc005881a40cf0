import type { KeyValueStore } from '@blaizejs/types';
import { expect, test } from 'vitest';

/** A store that is new and empty. */
export interface TestedStore extends AsyncDisposable {
  readonly store: KeyValueStore;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);

/** What every `KeyValueStore` has to do. @param create makes a store for each test */
export function testStore(create: () => Promise<TestedStore> | TestedStore): void {
  const all = async (store: KeyValueStore, ...keys: string[]) =>
    (await Promise.all(keys.map((key) => store.get(key)))).map(text);

  test('gives back what was stored, byte by byte', async () => {
    await using tested = await create();
    const { store } = tested;
    const every = Uint8Array.from({ length: 256 }, (_, at) => at);
    await store.set('all', every);
    await store.set('empty', new Uint8Array());
    await store.set('part', every.subarray(10, 13));
    expect([...(await store.get('all'))!]).toEqual([...every]);
    expect(await store.get('empty')).toHaveLength(0);
    expect([...(await store.get('part'))!]).toEqual([10, 11, 12]);
    expect(await store.get('missing')).toBeUndefined();
    await store.set('all', bytes('other'));
    expect(text(await store.get('all'))).toBe('other');
  });

  test('keeps what it was given, whatever becomes of that', async () => {
    await using tested = await create();
    const given = bytes('abc');
    await tested.store.set('a', given);
    given.fill(0);
    expect(text(await tested.store.get('a'))).toBe('abc');
  });

  test('forgets a value when its time is up', async () => {
    await using tested = await create();
    const { store } = tested;
    await store.set('short', bytes('1'), { ttl: 40, tags: ['x'] });
    await store.set('long', bytes('2'), { ttl: 60_000 });
    await store.set('again', bytes('3'), { ttl: 40 });
    await store.set('again', bytes('4'), { ttl: Infinity });
    await store.set('over', bytes('5'));
    await store.set('over', bytes('6'), { ttl: 0 });
    await expect
      .poll(() => all(store, 'short', 'long', 'again', 'over'))
      .toEqual([undefined, '2', '4', undefined]);
    await store.set('over', bytes('7'), { ttl: -5 });
    expect(await store.get('over')).toBeUndefined();
    await expect(store.set('a', bytes('1'), { ttl: NaN })).rejects.toThrow(RangeError);
  });

  test('deletes one value, and all of a tag', async () => {
    await using tested = await create();
    const { store } = tested;
    await store.set('a', bytes('a'), { tags: ['x', 'y'] });
    await store.set('b', bytes('b'), { tags: ['x', 'x'], ttl: 60_000 });
    await store.set('c', bytes('c'), { tags: ['y'] });
    await store.set('d', bytes('d'));
    await store.delete('b');
    await store.delete('b');
    expect(await all(store, 'a', 'b', 'c', 'd')).toEqual(['a', undefined, 'c', 'd']);
    await store.deleteTag('x');
    await store.deleteTag('nothing has it');
    expect(await all(store, 'a', 'b', 'c', 'd')).toEqual([undefined, undefined, 'c', 'd']);
    await store.set('a', bytes('new'), { tags: ['x'] });
    expect(await all(store, 'a')).toEqual(['new']);
    await store.deleteTag('y');
    expect(await all(store, 'a', 'c', 'd')).toEqual(['new', undefined, 'd']);
  });

  test('a value that was stored again without a tag no longer has it', async () => {
    await using tested = await create();
    const { store } = tested;
    await store.set('a', bytes('1'), { tags: ['x'] });
    await store.set('a', bytes('2'), { tags: ['y'] });
    await store.deleteTag('x');
    expect(await all(store, 'a')).toEqual(['2']);
    await store.deleteTag('y');
    expect(await all(store, 'a')).toEqual([undefined]);
  });

  test('keys and tags may be any text', async () => {
    await using tested = await create();
    const { store } = tested;
    const odd = [
      '',
      ':',
      'é✓',
      'a\0b',
      '*',
      '"',
      '../../etc/passwd',
      '__proto__',
      'A',
      'a',
      'x'.repeat(5000),
    ];
    for (const name of odd) await store.set(name, bytes(name), { tags: [name] });
    expect(await all(store, ...odd)).toEqual(odd);
    expect(await all(store, 'constructor', 'toString')).toEqual([undefined, undefined]);
    for (const name of odd) {
      await store.deleteTag(name);
      expect(await all(store, name)).toEqual([undefined]);
    }
  });

  test('many values at once, and a large one', async () => {
    await using tested = await create();
    const { store } = tested;
    const keys = Array.from({ length: 300 }, (_, at) => `key ${at}`);
    await Promise.all(keys.map((key) => store.set(key, bytes(key), { tags: ['all', key] })));
    expect(await all(store, ...keys)).toEqual(keys);
    const large = new Uint8Array(5_000_000).fill(7);
    await store.set('large', large, { tags: ['all'] });
    expect(Buffer.compare((await store.get('large'))!, large)).toBe(0);
    await store.deleteTag('all');
    expect((await all(store, ...keys, 'large')).every((value) => value === undefined)).toBe(true);
  });

  test('replaces a value only if it is still the expected one', async () => {
    await using tested = await create();
    const { store } = tested;
    const replace = store.replace?.bind(store);
    if (!replace) throw new Error('This store cannot compare.');
    expect(await replace('a', bytes('0'), bytes('1'))).toBe(false);
    expect(await replace('a', undefined, bytes('1'), { ttl: 60_000, tags: ['x'] })).toBe(true);
    expect(await replace('a', undefined, bytes('2'))).toBe(false);
    const attempts = Array.from({ length: 50 }, (_, at) => replace('a', bytes('1'), bytes(`new ${at}`)));
    expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
    // The winner named no tag.
    await store.deleteTag('x');
    expect(text(await store.get('a'))).toContain('new');
    expect(await replace('a', await store.get('a'), undefined)).toBe(true);
    expect(await replace('a', undefined, undefined)).toBe(true);
    expect(await replace('b', undefined, new Uint8Array())).toBe(true);
    expect(await replace('b', undefined, bytes('1'))).toBe(false);
    expect(await replace('b', new Uint8Array(), bytes('1'), { tags: ['x'] })).toBe(true);
    await store.deleteTag('x');
    expect(await replace('b', bytes('1'), bytes('2'))).toBe(false);
    expect(await replace('b', undefined, bytes('2'), { ttl: 20 })).toBe(true);
    await expect.poll(() => store.get('b')).toBeUndefined();
    expect(await replace('b', bytes('2'), bytes('3'))).toBe(false);
  });

  test('a value is not torn if it is written and read at the same time', async () => {
    await using tested = await create();
    const { store } = tested;
    const values = ['a', 'b', 'c'].map((letter) => letter.repeat(50_000));
    await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        if (at % 2 === 0) return store.set('key', bytes(values[at % 3]!));
        const found = text(await store.get('key'));
        if (found !== undefined) expect(values).toContain(found);
      }),
    );
  });
}
