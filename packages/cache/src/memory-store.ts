import type { KeyValueStore } from '@blaizejs/types';

/** Keeps everything in memory. */
export function memoryStore(options: { maxBytes?: number } = {}): KeyValueStore {
  const { maxBytes = 67_108_864 } = options;
  const entries = new Map<string, { value: Uint8Array; until: number; tags: readonly string[] }>();
  let bytes = 0;
  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (!entry) return;
    bytes -= entry.value.byteLength + key.length;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return Promise.resolve(undefined);
      if (entry.until <= Date.now()) {
        remove(key);
        return Promise.resolve(undefined);
      }
      return Promise.resolve(entry.value);
    },
    set(key, value, { ttl = Infinity, tags = [] } = {}) {
      remove(key);
      entries.set(key, { value, until: Date.now() + ttl, tags });
      bytes += value.byteLength + key.length;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
      return Promise.resolve();
    },
    delete(key) {
      remove(key);
      return Promise.resolve();
    },
    deleteTag(tag) {
      for (const [key, entry] of entries) if (entry.tags.includes(tag)) remove(key);
      return Promise.resolve();
    },
  };
}
