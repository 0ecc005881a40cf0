/** One of several processes with the same presence. `process.argv`: the socket of Redis, and a name. */
import { setMaxListeners } from 'node:events';

import { createPresence, type PubSub } from '@blaizejs/realtime';
import { redisPubSub } from '@blaizejs/redis';
import { Redis } from 'ioredis';

const [path = '', name = ''] = process.argv.slice(2);
const client = new Redis({ path });
const { publish, subscribe } = redisPubSub(client);
let [messages, bytes] = [0, 0];
const counted: PubSub = {
  subscribe,
  publish: (channel, message) => {
    messages += 1;
    bytes += message.length;
    return publish(channel, message);
  },
};
// Whoever is lost would stay for minutes.
const presence = createPresence('storm', { pubSub: counted, interval: 100_000 });

const lists = new Set<unknown>();
let seen = 0;
let over = new AbortController();
setMaxListeners(0, over.signal);
let leaves: (() => void)[] = [];

async function watch(): Promise<void> {
  for await (const members of presence.watch('room', { signal: over.signal })) {
    seen += 1;
    lists.add(members);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** What the test asks for. Each is one request of a client, as it were: they come in turns of their own. */
const COMMANDS = {
  watch: (count: number) => {
    for (let each = 0; each < count; each += 1) void watch();
  },
  join: async (count: number) => {
    for (let each = 0; each < count; each += 1) {
      leaves.push(presence.join('room', { id: `${name}${each}`, data: { name: `Somebody ${each}` } }));
      if (each % 10 === 0) await turn();
    }
  },
  leave: async () => {
    for (const [each, leave] of leaves.entries()) {
      leave();
      if (each % 10 === 0) await turn();
    }
    leaves = [];
  },
  comeAndGo: async (count: number) => {
    for (let each = 0; each < count; each += 1) {
      const leave = presence.join('room', { id: name, data: null });
      await turn();
      leave();
      await turn();
    }
  },
  end: () => {
    over.abort();
    over = new AbortController();
    setMaxListeners(0, over.signal);
    lists.clear();
  },
  report: () => undefined,
};

/** What a process knows and has done. */
export interface Report {
  readonly members: number;
  readonly last: number;
  readonly messages: number;
  readonly bytes: number;
  readonly seen: number;
  readonly lists: number;
  readonly heap: number;
}

process.on('message', ([command, count]: [keyof typeof COMMANDS, number]) => {
  void (async () => {
    await COMMANDS[command](count);
    for (let times = 0; times < 3; times += 1) {
      await turn();
      globalThis.gc?.();
    }
    const last = ([...lists].at(-1) as unknown[] | undefined)?.length ?? 0;
    const heap = process.memoryUsage().heapUsed;
    const members = presence.members('room').length;
    process.send?.({ members, last, messages, bytes, seen, lists: lists.size, heap } satisfies Report);
  })();
});
process.once('disconnect', () => client.disconnect());
process.send?.('ready');
