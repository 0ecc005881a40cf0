import { setImmediate } from 'node:timers/promises';

import { createPlugin } from '@blaizejs/plugins';
import type { Plugin, PluginHooks } from '@blaizejs/types';
import { describe, expect, test, vi } from 'vitest';

import { keepingLogger } from '../test/contexts.ts';
import { createApp } from './create-app.ts';

const get = (path = '/', init?: RequestInit) => new Request(`http://localhost${path}`, init);
const plugin = (name: string, hooks: PluginHooks): Plugin => createPlugin(name, '1.0.0', () => hooks);

describe('close', () => {
  test('waits for requests and for work behind them, and stops plugins after it', async () => {
    const log: string[] = [];
    let answer!: () => void;
    let finish!: () => void;
    const app = createApp({
      logger: false,
      plugins: [
        plugin('db', { onServerStop: () => log.push('stop'), terminate: () => log.push('terminate') }),
      ],
    });
    app.router.addRoute('GET', '/', {
      handler: async (ctx) => {
        ctx.waitUntil(new Promise<void>((resolve) => (finish = resolve)).then(() => log.push('work')));
        await new Promise<void>((resolve) => (answer = resolve));
        log.push('answered');
      },
    });
    const answered = app.fetch(get());
    await vi.waitFor(() => expect(answer).toBeDefined());
    const closed = app.close({
      onStopping: () => log.push('stopping'),
      onStopped: () => log.push('stopped'),
    });
    answer();
    await answered;
    finish();
    await closed;
    expect(log).toEqual(['answered', 'work', 'stopping', 'stop', 'terminate', 'stopped']);
    await app.close();
    await expect(app.fetch(get())).rejects.toMatchObject({
      message: "Can't make ready: the app was closed. Create a new one.",
    });
    await expect(app.register(plugin('late', {}))).rejects.toThrow('the app was closed');
  });

  test.each([-1, NaN, Infinity])('has a time that is one, unlike %s', async (timeout) => {
    await expect(createApp({ logger: false }).close({ timeout })).rejects.toThrow(RangeError);
  });

  test('takes no longer than its time, and says what was left', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', { handler: () => new Promise(() => undefined) });
    void app.fetch(get());
    await setImmediate();
    await app.close({ timeout: 20 });
    expect(lines).toContainEqual([
      'warn',
      expect.stringMatching(/^Requests were still in flight after \d+ ms; their connections were cut$/),
    ]);
  });

  test('tells listeners in order, and first serves on for drainDelay', async () => {
    const log: string[] = [];
    const app = createApp({ logger: false, drainDelay: 5 });
    app.router.addRoute('GET', '/', { handler: () => 'served' });
    for (const event of ['closing', 'draining', 'stopping', 'stopped'] as const) {
      app.events.on(event, () => log.push(event));
    }
    app.events.on('closing', async () => {
      log.push(await (await app.fetch(get())).text());
    });
    await using closing = app;
    await closing.close();
    expect(log).toEqual(['closing', 'served', 'draining', 'stopping', 'stopped']);
  });

  test('is not kept by a listener or plugin that fails', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({
      logger: log,
      plugins: [plugin('db', { terminate: () => Promise.reject(new Error('busy')) })],
    });
    await app.ready();
    app.events.on('stopping', () => {
      throw new Error('listener');
    });
    await app.close({ onStopped: () => Promise.reject(new Error('callback')) });
    expect(lines.map(([, , message]) => message)).toEqual([
      'listener',
      'Plugin "db" failed in terminate: busy',
      'callback',
    ]);
  });
});

describe('work that goes on after the answer', () => {
  test('is handed on to the surroundings; a failure is reported once, and ends nothing', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', {
      handler: (ctx) => {
        ctx.waitUntil(Promise.reject(new Error('no mail')));
        return { platform: ctx.platform, ip: ctx.request.ip };
      },
    });
    const handed: Promise<unknown>[] = [];
    const info = {
      waitUntil: (work: Promise<unknown>) => void handed.push(work),
      platform: 'worker',
      remoteAddress: '192.0.2.1',
    };
    expect(await (await app.fetch(get(), info)).json()).toEqual({ platform: 'worker', ip: '192.0.2.1' });
    expect(await Promise.all(handed)).toEqual([undefined]);
    await vi.waitFor(() =>
      expect(lines).toEqual([['error', { err: expect.any(Error) as Error }, 'no mail']]),
    );
  });
});
