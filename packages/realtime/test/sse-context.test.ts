import { useContext } from '@blaizejs/context';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createChannel, createSSERoute } from '../src/index.ts';
import { serve, Text } from './over-the-wire.ts';
import { gate } from './serve.ts';

const events = { text: z.string() };
const who = (): string => useContext().request.query['who'] as string;

test.each(['http1', 'http2'] as const)(
  'over %s, each stream has its own context, however often it waits for its client',
  async (protocol) => {
    const filling = 'x'.repeat(20_000);
    const route = createSSERoute({
      events,
      async *handler() {
        for (let count = 0; count < 50; count += 1) {
          yield { event: 'text', data: `${who()} ${count} ${filling}` };
          if (count % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        yield { event: 'text', data: `end of ${who()}` };
      },
    });
    await using app = await serve(route);
    const texts = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => new Text(await app[protocol].request(`/events?who=${name}`))),
    );
    const [a, b, c] = await Promise.all(texts.map((text) => text.rest()));
    expect([a, b, c].map((text) => text?.match(/end of \w/)?.[0])).toEqual([
      'end of a',
      'end of b',
      'end of c',
    ]);
    expect(a).not.toMatch(/"[bc] /);
    expect(b).not.toMatch(/"[ac] /);
  },
);

test('what is published from elsewhere is encoded in the context of each stream', async () => {
  const channel = createChannel('encoded', { events });
  const encode = (data: unknown): string => `${who()} gets ${String(data)}`;
  await using app = await serve(createSSERoute({ events, encode, handler: () => channel }));
  const texts = await Promise.all(
    ['a', 'b'].map(async (name) => new Text(await app.http2.request(`/events?who=${name}`))),
  );
  await Promise.all(texts.map((text) => text.until('\n\n')));
  await channel.publish('text', 'it');
  expect(await texts[0]?.until('gets it')).toContain('data: a gets it');
  expect(await texts[1]?.until('gets it')).toContain('data: b gets it');
  await Promise.all(texts.map((text) => text.cancel()));
});

test('an error after the head is reported in the context of its request, once', async () => {
  const failing = gate();
  const route = createSSERoute({
    events,
    async *handler() {
      yield { event: 'text', data: 'first' };
      await failing.promise;
      throw new Error('gone');
    },
  });
  const seen: string[] = [];
  await using app = await serve(route, { logger: false });
  app.server.use({
    name: 'see',
    onError: (error) => void seen.push(`${who()}: ${error.message}`),
  });
  const text = new Text(await app.http2.request('/events?who=me'));
  await text.until('first');
  failing.open();
  await expect(text.rest()).rejects.toThrow();
  expect(seen).toEqual(['me: gone']);
});

test.each(['http1', 'http2'] as const)('the request can be read all the time over %s', async (protocol) => {
  const going = gate();
  const read = (): string => {
    const { request } = useContext();
    const { authorization, cookie } = Object.fromEntries(request.headers);
    return [request.header('x-name'), authorization, cookie, request.path, request.query['who']].join();
  };
  const left = gate();
  const seen: string[] = [];
  const route = createSSERoute({
    events,
    async *handler(ctx) {
      ctx.response.onFinish(() => {
        seen.push(read());
        left.open();
      });
      yield { event: 'text', data: 'first' };
      await going.promise;
      yield { event: 'text', data: read() };
      await left.promise;
    },
  });
  await using app = await serve(route);
  const headers = { 'x-name': 'me', authorization: 'Bearer x', cookie: 'a=1; b=2' };
  const text = new Text(await app[protocol].request('/events?who=you', { headers }));
  await text.until('first');
  going.open();
  const wanted = 'me,Bearer x,a=1; b=2,/events,you';
  expect(await text.until(wanted)).toContain(`data: "${wanted}"`);
  await text.cancel();
  await left.promise;
  expect(seen).toEqual([wanted]);
});
