import { createCache, type CacheStats, type KeyValueStore, memoryStore, tieredStore } from './index.ts';
import { diskStore } from './disk.ts';

interface User {
  readonly name: string;
}
declare const findUser: (id: number, signal: AbortSignal) => Promise<User | null>;

const cache = createCache({ store: memoryStore({ maxBytes: 1000 }), name: 'users' });

// The value has the type of what `load` returns.
const user: Promise<User | null> = cache.wrap(['user', 7, true, 10n], { ttl: 1000 }, ({ signal }) =>
  findUser(7, signal),
);
const plain: Promise<number> = cache.wrap('a', { ttl: 1000, tags: ['x'], staleIfError: 5 }, () => 1);
const typed: Promise<User | undefined> = cache.get<User>('a');
const unknown: Promise<unknown> = cache.get('a');
const stats: CacheStats = cache.stats();
const stores: KeyValueStore[] = [tieredStore({ far: diskStore({ directory: 'a' }) }), memoryStore()];

// @ts-expect-error the value is a number
const text: Promise<string> = cache.wrap('a', { ttl: 1000 }, () => 1);
// @ts-expect-error nothing is kept without a time
void cache.wrap('a', {}, () => 1);
// @ts-expect-error no part of a key
void cache.get(['a', undefined]);
// @ts-expect-error no such option
createCache({ stor: memoryStore() });
// @ts-expect-error a far store is needed
tieredStore({ near: memoryStore() });
// @ts-expect-error a folder is needed
diskStore({});

export { plain, stats, stores, text, typed, unknown, user };
