import { setImmediate } from 'node:timers/promises';

import { expect, test, vi } from 'vitest';

import type { Context, Logger } from '@blaizejs/types';

import { compilePerRequest, type PerRequest } from './per-request.ts';

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => silent };

type OwnServices = Record<string, unknown>;

/** A request whose services are made for it, and what ends it. */
function requestWith(makers: Record<string, PerRequest>, shared: object = {}, log = silent) {
  const listeners: (() => void)[] = [];
  const perRequest = compilePerRequest(shared, new Map(Object.entries(makers)));
  const ctx = {
    services: {} as OwnServices,
    log,
    request: { path: '/x' },
    response: { onFinish: (listener: () => void) => listeners.push(listener) },
  };
  ctx.services = perRequest(ctx as unknown as Context) as OwnServices;
  const read = (...names: string[]): unknown[] => names.map((name) => ctx.services[name]);
  return { ctx, services: ctx.services, listeners, read, finish: () => listeners.forEach((each) => each()) };
}

test('are made when first read, once, from the context', () => {
  const make = vi.fn((ctx: Context) => ({ path: ctx.request.path }));
  const { ctx, services } = requestWith({ tx: make });
  expect(make).not.toHaveBeenCalled();
  expect(services['tx']).toEqual({ path: '/x' });
  expect(services['tx']).toBe(ctx.services['tx']);
  expect(make).toHaveBeenCalledExactlyOnceWith(ctx);
});

test('are each request’s own, and shared ones those of all', () => {
  const shared: Record<string, unknown> = { db: {} };
  const perRequest = compilePerRequest(shared, new Map([['tx', () => ({})]]));
  const [a, b] = [1, 2].map(() => perRequest({} as Context) as OwnServices);
  expect(a?.['tx']).not.toBe(b?.['tx']);
  expect(a?.['db']).toBe(b?.['db']);
  // What a plugin provides later is there, too.
  shared['late'] = 1;
  expect(a?.['late']).toBe(1);
  expect(shared).not.toHaveProperty('tx');
});

test('one may use another, and may be undefined', () => {
  const make = vi.fn(() => undefined);
  const { services } = requestWith({
    none: make,
    user: (ctx) => ({ tx: (ctx.services as OwnServices)['tx'] }),
    tx: () => 'tx',
  });
  expect([services['none'], services['none'], services['user']]).toEqual([
    undefined,
    undefined,
    { tx: 'tx' },
  ]);
  expect(make).toHaveBeenCalledOnce();
});

test('one that fails fails where it is read, and is tried again', () => {
  let times = 0;
  const { services } = requestWith({
    tx: () => {
      if (++times === 1) throw new Error('no connection');
      return times;
    },
  });
  expect(() => services['tx']).toThrow('no connection');
  expect(services['tx']).toBe(2);
});

test('are given back when the request is over, asynchronously if they can', async () => {
  const log: string[] = [];
  const { read, finish } = requestWith({
    now: () => ({ [Symbol.dispose]: () => log.push('now') }),
    later: () => ({
      [Symbol.dispose]: () => log.push('never'),
      [Symbol.asyncDispose]: async () => {
        await setImmediate();
        log.push('later');
      },
    }),
    unread: () => ({ [Symbol.dispose]: () => log.push('unread') }),
    plain: () => ({}),
    number: () => 7,
  });
  read('now', 'later', 'plain', 'number');
  expect(log).toEqual([]);
  finish();
  await vi.waitFor(() => expect(log).toEqual(['now', 'later']));
});

test('are disposed of as methods of their own', async () => {
  class Transaction {
    open = true;
    [Symbol.dispose](): void {
      this.open = false;
    }
  }
  const { services, finish } = requestWith({ tx: () => new Transaction() });
  const tx = services['tx'] as Transaction;
  finish();
  await setImmediate();
  expect(tx.open).toBe(false);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('busy');
    },
  ],
  ['rejects', () => Promise.reject(new Error('busy'))],
])('one whose disposal %s is logged, and keeps no other', async (_how, fail) => {
  const error = vi.fn();
  const log: Logger = { ...silent, error, child: () => log };
  const other = vi.fn();
  const { read, finish } = requestWith(
    { tx: () => ({ [Symbol.asyncDispose]: fail }), other: () => ({ [Symbol.dispose]: other }) },
    {},
    log,
  );
  read('tx', 'other');
  finish();
  await setImmediate();
  expect(other).toHaveBeenCalledOnce();
  expect(error.mock.calls).toEqual([
    [
      { err: expect.objectContaining({ message: 'busy' }) as Error },
      'The service "tx" of a request could not be disposed of',
    ],
  ]);
});

test('nobody listens to the end of a request that has read none, or none to give back', () => {
  const { listeners, read } = requestWith({ tx: () => ({ [Symbol.dispose]: ignore }), plain: () => ({}) });
  read('plain');
  expect(listeners).toEqual([]);
  read('tx', 'tx');
  expect(listeners).toHaveLength(1);
});
