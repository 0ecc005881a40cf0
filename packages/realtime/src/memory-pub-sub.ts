import type { PubSub } from '@blaizejs/types';

/** Sends messages to those who listen in this process. `redisPubSub()` of `@blaizejs/redis` reaches other processes too. */
export function memoryPubSub(): PubSub {
  const channels = new Map<string, Set<{ readonly call: (message: string) => void }>>();
  return {
    publish: (channel, message) => {
      for (const { call } of channels.get(channel) ?? []) call(message);
      return Promise.resolve();
    },
    subscribe: (channel, listener) => {
      const entry = { call: listener };
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(entry));
      return Promise.resolve(() => {
        listeners.delete(entry);
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
        return Promise.resolve();
      });
    },
  };
}
