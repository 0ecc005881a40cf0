/** One of several processes with the same sessions. `process.argv`: the socket of Redis. It is sent what to ask for. */
import { createApp } from '@blaizejs/app';
import { redisKeyValueStore } from '@blaizejs/redis';
import { Redis } from 'ioredis';

import { session } from '../../../src/session.ts';

/** Requests that are sent at once. */
export interface Work {
  readonly cookie: string;
  readonly paths: readonly string[];
}

/** What came back: a status, the text, and the cookie if one was set. */
export type Answer = readonly [status: number, text: string, cookie: string | undefined];

const client = new Redis({ path: process.argv[2] ?? '' });
// On a machine with other work, a hundred writes take their time.
const sessions = session({ store: redisKeyValueStore(client, { prefix: 'test:' }), storeTimeout: 60_000 });
const app = createApp({ logger: false, middleware: [sessions] });
app.router.addRoute('GET', '/get', {
  handler: async ({ state, request, response }) =>
    response.json((await state.session.get(String(request.query['key']))) ?? null),
});
app.router.addRoute('GET', '/set', {
  handler: ({ state, request }) => {
    state.session.set(String(request.query['key']), 1);
    return 'set';
  },
});
app.router.addRoute('GET', '/sign-in', {
  handler: ({ state }) => {
    state.session.regenerate();
    state.session.set('user', 'ada');
    return 'in';
  },
});
app.router.addRoute('GET', '/sign-out', {
  handler: ({ state }) => {
    state.session.destroy();
    return 'out';
  },
});

await client.ping();
process.on('message', ({ cookie, paths }: Work) => {
  void Promise.all(paths.map((path) => ask(path, cookie))).then((answers) => process.send?.(answers));
});
process.once('disconnect', () => client.disconnect());
process.send?.('ready');

async function ask(path: string, cookie: string): Promise<Answer> {
  const response = await app.fetch(new Request(`https://app.example.com${path}`, { headers: { cookie } }));
  const [line] = response.headers.getSetCookie();
  return [response.status, await response.text(), line?.replace(/;.*/, '')];
}
