import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';

import { useContext } from '@blaizejs/context';
import { expect, test } from 'vitest';

import { onEveryTransport } from './transports.ts';

const seen = new EventEmitter();
const tracer = new AsyncLocalStorage<string>();

/** As the framework knows it; and an application's own storage, which is set around the rest of a request, says the same. */
const whoAmI = (): string => {
  const me = useContext().request.query.me as string;
  expect(tracer.getStore()).toBe(me);
  return me;
};

onEveryTransport(
  'useContext()',
  () => ({}),
  ({ server }) => {
    server.use(async (ctx, next) => {
      await next();
      ctx.response.header('x-after', useContext().request.query.me);
    });
    server.use((ctx, next) => tracer.run(ctx.request.query.me as string, next));
    server.router.addRoute('GET', '/timer', {
      handler: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return whoAmI();
      },
    });
    server.router.addRoute('POST', '/body', {
      handler: async (ctx) => {
        await ctx.request.text();
        return whoAmI();
      },
    });
    server.router.addRoute('POST', '/events', {
      handler: async (ctx) => {
        const body = ctx.request.stream();
        const names: string[] = [];
        body.on('data', () => names.push(whoAmI()));
        await once(body, 'end');
        return [...new Set(names)];
      },
    });
    server.router.addRoute('GET', '/readable', {
      handler: () => {
        let left = 40;
        // Large enough that the client's window closes, so that reading goes on after a drain.
        return new Readable({
          read() {
            this.push(left-- > 0 ? whoAmI().repeat(16_384) : null);
          },
        });
      },
    });
    server.router.addRoute('GET', '/generator', {
      handler: async function* () {
        for (let i = 0; i < 40; i++) yield whoAmI().repeat(16_384);
      },
    });
    server.router.addRoute('GET', '/abort', {
      handler: (ctx) => {
        ctx.request.signal.addEventListener('abort', () => seen.emit('abort', whoAmI()));
        seen.emit('waiting');
        return new Promise(() => undefined);
      },
    });
    server.router.addRoute('GET', '/aborted-stream', {
      handler: () =>
        new Readable({
          read() {
            this.push('x');
            seen.emit('waiting');
          },
          destroy(error, callback) {
            seen.emit('abort', whoAmI());
            callback(error);
          },
        }),
    });
  },
  (reach) => {
    test.each(['/timer', '/readable', '/generator'])(
      'GET %s knows its request, many at once',
      async (path) => {
        await Promise.all(
          ['a', 'b', 'c', 'd'].map(async (me) => {
            const response = await reach().request(`${path}?me=${me}`);
            expect(response.headers.get('x-after')).toBe(me);
            expect([...new Set(await response.text())]).toEqual([me]);
          }),
        );
      },
    );

    test.each([
      ['/body', 'a'],
      ['/events', '["a"]'],
    ])('POST %s knows its request', async (path, answer) => {
      const response = await reach().request(`${path}?me=a`, { method: 'POST', body: 'x'.repeat(100_000) });
      expect(await response.text()).toBe(answer);
    });

    test.each(['/abort', '/aborted-stream'])(
      'a client that leaves is heard of in the context of its request: %s',
      async (path) => {
        const client = new AbortController();
        const waiting = once(seen, 'waiting');
        const aborted = once(seen, 'abort');
        const response = reach()
          .request(`${path}?me=a`, { signal: client.signal })
          .then((head) => head.text());
        response.catch(() => undefined);
        await waiting;
        client.abort();
        expect(await aborted).toEqual(['a']);
        await expect(response).rejects.toThrow();
      },
    );
  },
);
