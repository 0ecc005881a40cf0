import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, test, vi } from 'vitest';

import type { Outcome, RouteInfo } from '@blaizejs/types';

import { contextOver, exchangeWith } from '../test/contexts.ts';
import { silentLogger } from './create-context.ts';
import { RequestContext } from './request-context.ts';
import { WebExchange } from './web-exchange.ts';

const route = { method: 'GET', pattern: '/users/:id' } as RouteInfo;

function webExchange(info = {}): WebExchange {
  return new WebExchange(new Request('http://localhost/'), info);
}

describe('onFinish', () => {
  test('tells how the exchange has ended', () => {
    const exchange = webExchange();
    const ctx = contextOver(exchange, { route });
    const outcomes: Outcome[] = [];
    ctx.response.onFinish((outcome) => outcomes.push(outcome));
    ctx.response.bytes = 5;
    expect(outcomes).toEqual([]);
    exchange.respond(201, {}, 'hello');
    expect(outcomes).toEqual([
      { status: 201, aborted: false, bytes: 5, duration: expect.any(Number) as number, route },
    ]);
    expect(outcomes[0]?.duration).toBeGreaterThanOrEqual(0);
    expect(outcomes[0]?.duration).toBeLessThan(5000);
  });

  test('tells of a client that left: no status, and aborted', () => {
    const client = new AbortController();
    const exchange = new WebExchange(new Request('http://localhost/', { signal: client.signal }));
    const outcomes: Outcome[] = [];
    contextOver(exchange).response.onFinish((outcome) => outcomes.push(outcome));
    client.abort();
    expect(outcomes).toMatchObject([{ status: 0, aborted: true, bytes: 0, route: undefined }]);
  });

  test('comes at once if the exchange is over', () => {
    const exchange = webExchange();
    exchange.respond(204, {}, null);
    const listener = vi.fn();
    contextOver(exchange).response.onFinish(listener);
    expect(listener).toHaveBeenCalledOnce();
  });

  test('takes fifty listeners without a warning, with one listener of the exchange', async () => {
    const warned: unknown[] = [];
    const note = (warning: Error): void => void warned.push(warning);
    process.on('warning', note);
    const exchange = webExchange();
    const onClose = vi.spyOn(exchange, 'onClose');
    const { response } = contextOver(exchange);
    const called: number[] = [];
    for (let i = 0; i < 50; i++) response.onFinish(() => called.push(i));
    expect(onClose).toHaveBeenCalledOnce();
    exchange.respond(200, {}, null);
    // Warnings are emitted in the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(called).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(warned).toEqual([]);
  });

  test('calls each listener in the asynchronous context in which it was added', () => {
    const storage = new AsyncLocalStorage<string>();
    const exchange = webExchange();
    const { response } = contextOver(exchange);
    const seen: unknown[] = [];
    for (const name of ['a', 'b']) {
      storage.run(name, () => response.onFinish(() => seen.push(storage.getStore())));
    }
    response.onFinish(() => seen.push(storage.getStore()));
    storage.run('end', () => exchange.respond(200, {}, null));
    expect(seen).toEqual(['a', 'b', undefined]);
  });

  test('one that throws is logged, and keeps no other', () => {
    const error = vi.fn();
    const log = { ...silentLogger, child: () => ({ ...silentLogger, error }) };
    const exchange = webExchange();
    const { response } = contextOver(exchange, { log });
    const failure = new Error('metrics are down');
    const after = vi.fn();
    response.onFinish(() => {
      throw failure;
    });
    response.onFinish(after);
    exchange.respond(200, {}, null);
    expect(after).toHaveBeenCalledOnce();
    expect(error.mock.calls).toEqual([[{ err: failure }, 'A listener of onFinish() failed']]);
  });

  test('one that is added by another is called, too', () => {
    const exchange = webExchange();
    const { response } = contextOver(exchange);
    const inner = vi.fn();
    response.onFinish(() => response.onFinish(inner));
    exchange.respond(200, {}, null);
    expect(inner).toHaveBeenCalledOnce();
  });

  test('one that rejects does not end the process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const error = vi.fn();
    const log = { ...silentLogger, child: () => ({ ...silentLogger, error }) };
    const exchange = webExchange();
    const failure = new Error('later');
    contextOver(exchange, { log }).response.onFinish(() => Promise.reject(failure));
    exchange.respond(200, {}, null);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(error.mock.calls).toEqual([[{ err: failure }, 'A listener of onFinish() failed']]);
  });
});

describe('a context that another one supersedes', () => {
  function pair(exchange = webExchange()) {
    const before = contextOver(exchange, { route });
    before.response.header('x-cors', '1').status(200).json({ half: 'done' });
    Object.assign(before.state, { user: 'ada' });
    const heard: Outcome[] = [];
    before.response.onFinish((outcome) => heard.push(outcome));
    const after = new RequestContext(exchange, before.settings, undefined, undefined, before);
    return { exchange, before, after, heard };
  }

  test('hands over request, state and headers, not the answer', () => {
    const { before, after } = pair();
    expect([before.superseded, after.superseded]).toEqual([true, false]);
    expect(after.request).toBe(before.request);
    expect(after.state).toBe(before.state);
    expect(after.began).toBe(before.began);
    expect(after.response.get('x-cors')).toBe('1');
    expect(after.response).toMatchObject({ answered: false, body: undefined });
  });

  test('can write to its own response only', () => {
    const { before, after, exchange } = pair();
    before.response.header('x-late', '1').status(201).text('late');
    expect(after.response.get('x-late')).toBeUndefined();
    expect(after.response).toMatchObject({ answered: false, statusCode: 404 });
    exchange.respond(503, {}, null);
    expect(() => before.response.text('too late')).toThrow(
      expect.objectContaining({ code: 'ERR_BLAIZE_RESPONSE_SENT' }),
    );
  });

  test('has its listeners told what the other one sent', () => {
    const { exchange, before, after, heard } = pair();
    before.response.bytes = 1;
    after.response.bytes = 20;
    after.response.onFinish((outcome) => heard.push(outcome));
    exchange.respond(503, {}, null);
    expect(heard).toMatchObject([
      { status: 503, bytes: 20, route },
      { status: 503, bytes: 20, route },
    ]);
  });

  test('shares the services of the request', () => {
    const settings = { perRequest: () => ({ made: {} }) as never };
    const exchange = webExchange();
    const before = contextOver(exchange, settings);
    const after = new RequestContext(exchange, before.settings, undefined, undefined, before);
    expect(after.services).toBe(before.services);
  });
});

describe('waitUntil', () => {
  test('hands work to the app and to its surroundings, which need not hear of a failure', async () => {
    const app: Promise<unknown>[] = [];
    const surroundings: Promise<unknown>[] = [];
    const exchange = webExchange({ waitUntil: (work: Promise<unknown>) => void surroundings.push(work) });
    const ctx = contextOver(exchange, { waitUntil: (work) => void app.push(work) });
    const failing = Promise.reject(new Error('no mail'));
    ctx.waitUntil(failing);
    expect(app).toEqual([failing]);
    await expect(app[0]).rejects.toThrow('no mail');
    expect(await Promise.all(surroundings)).toEqual([undefined]);
  });

  test('needs neither', () => {
    expect(() => contextOver(webExchange()).waitUntil(Promise.resolve())).not.toThrow();
  });
});

test('services are those of all requests, unless each has its own: then made once, when first read', () => {
  const services = {};
  expect(contextOver(webExchange(), { services }).services).toBe(services);
  const own = {};
  const perRequest = vi.fn(() => own);
  const ctx = contextOver(webExchange(), { services, perRequest });
  expect(perRequest).not.toHaveBeenCalled();
  expect([ctx.services, ctx.services]).toEqual([own, own]);
  expect(perRequest).toHaveBeenCalledExactlyOnceWith(ctx);
});

test('platform is what the surroundings gave', () => {
  const platform = { env: {} };
  expect(contextOver(webExchange({ platform })).platform).toBe(platform);
  expect(contextOver(exchangeWith({ fetchInfo: undefined })).platform).toBeUndefined();
});
