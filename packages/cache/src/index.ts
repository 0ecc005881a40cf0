export {
  memoryStore,
  type MemoryStore,
  type MemoryStoreOptions,
  type MemoryStoreUsage,
} from './memory-store.ts';
export type { KeyValueOptions, KeyValueStore } from '@blaizejs/types';
