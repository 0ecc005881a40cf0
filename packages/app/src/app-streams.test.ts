import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { keepingLogger } from '../test/contexts.ts';
import { createApp } from './create-app.ts';

const get = (path = '/', init?: RequestInit) => new Request(`http://localhost${path}`, init);

describe('streams', () => {
  test.each<[string, () => unknown]>([
    [
      'an async iterable',
      async function* () {
        yield 'a';
        yield Buffer.from('b');
      },
    ],
    ['a Web stream', () => new Blob(['ab']).stream()],
    ['a Blob', () => new Blob(['ab'])],
  ])('%s is sent', async (_what, make) => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', { handler: () => make() });
    expect(await (await app.fetch(get())).text()).toBe('ab');
  });

  test('one that fails at once is an error like any other', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      // eslint-disable-next-line require-yield -- it fails before
      handler: async function* () {
        await setImmediate();
        throw new Error('gone');
      },
    });
    expect((await app.fetch(get())).status).toBe(500);
  });

  test.each<[string, string, RegExp]>([
    ['less', '9', /yielded less than the 9 bytes/],
    ['more', '1', /yielded more than the 1 bytes/],
  ])('one that gives %s than it announced is broken off', async (_what, length, message) => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', {
      handler: (ctx) =>
        ctx.response.header('content-length', length).stream(
          (async function* () {
            yield 'a';
            await setImmediate();
            yield 'bc';
          })(),
        ),
    });
    await expect(app.fetch(get()).then((response) => response.text())).rejects.toThrow();
    expect(lines[0]?.[2]).toMatch(message);
  });

  test('one of objects is refused', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      handler: async function* () {
        yield { a: 1 };
      },
    });
    expect((await app.fetch(get())).status).toBe(500);
  });

  test('events end when the app closes', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      handler: ({ response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            yield 'data: 1\n\n';
            await new Promise(() => undefined);
          })(),
        ),
    });
    const response = await app.fetch(get());
    const text = response.text();
    await setImmediate();
    await app.close({ timeout: 1000 });
    expect(await text).toBe('data: 1\n\n');
  });
});
