import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Middleware } from '@blaizejs/types';

import { contextWith, type Log, logOf } from '../test/contexts.ts';
import { composeOnError, composeOnSend } from './compose-hooks.ts';
import { compose } from './compose.ts';
import { createMiddleware } from './create-middleware.ts';

const sends = (name: string, skip?: () => boolean): Middleware => ({
  name,
  onSend: (ctx) => void logOf(ctx).push(name),
  ...(skip && { skip }),
});
const sendsLater = (name: string): Middleware => ({
  name,
  onSend: async (ctx) => {
    logOf(ctx).push(`${name} in`);
    await setImmediate();
    logOf(ctx).push(`${name} out`);
  },
});
const none: Middleware = { name: 'none', handler: (_ctx, next) => next() };

async function logOfSending(list: readonly Middleware[]): Promise<Log> {
  const ctx = contextWith();
  await composeOnSend(list)?.(ctx);
  return logOf(ctx);
}

describe('composeOnSend', () => {
  test('runs in reverse order of middleware', async () => {
    expect(await logOfSending([sends('a'), none, sends('b'), sends('c')])).toEqual(['c', 'b', 'a']);
  });

  test('waits for each before the next', async () => {
    expect(await logOfSending([sends('a'), sendsLater('b'), sendsLater('c'), sends('d')])).toEqual([
      'd',
      'c in',
      'c out',
      'b in',
      'b out',
      'a',
    ]);
  });

  test('stays synchronous as long as all of it is, and is nothing without hooks', () => {
    expect(composeOnSend([sends('a'), sends('b')])?.(contextWith())).toBeUndefined();
    expect(composeOnSend([none])).toBeUndefined();
    expect(composeOnSend([])).toBeUndefined();
  });

  test('leaves out what is skipped', async () => {
    const list = [sends('a'), sends('b', () => true), sendsLater('c'), sends('d', () => false)];
    expect(await logOfSending(list)).toEqual(['d', 'c in', 'c out', 'a']);
    expect(await logOfSending([sends('only', () => true)])).toEqual([]);
  });

  test('ignores what a hook returns', async () => {
    const returning: Middleware = { name: 'x', onSend: () => new Response('x') };
    expect(await logOfSending([sends('a'), returning])).toEqual(['a']);
  });

  test('ends with the first hook that throws', async () => {
    const broken: Middleware = {
      name: 'broken',
      onSend: () => {
        throw new Error('broken');
      },
    };
    const brokenLater: Middleware = { name: 'broken', onSend: () => Promise.reject(new Error('broken')) };
    for (const each of [broken, brokenLater]) {
      const ctx = contextWith();
      const run = async (): Promise<void> => composeOnSend([sends('a'), each, sends('c')])?.(ctx);
      await expect(run()).rejects.toThrow('broken');
      expect(logOf(ctx)).toEqual(['c']);
    }
  });

  test('calls each on its middleware', async () => {
    class Named {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      onSend(ctx: object): void {
        logOf(ctx).push(this.name);
      }
    }
    expect(await logOfSending([new Named('a'), new Named('b')])).toEqual(['b', 'a']);
  });
});

describe('composeOnError', () => {
  type OnError = NonNullable<Middleware['onError']>;
  const original = new Error('original');
  const hears = (name: string, result?: unknown): Middleware => ({
    name,
    onError: (error, ctx) => {
      logOf(ctx).push(`${name}: ${error.message}`);
      return result;
    },
  });

  async function handle(list: readonly Middleware[]): Promise<[Error | undefined, Log]> {
    const ctx = contextWith();
    return [await composeOnError(list)?.(original, ctx), logOf(ctx)];
  }

  test('tells each, last middleware first, and leaves the error as it is', async () => {
    expect(await handle([hears('a'), none, hears('b')])).toEqual([original, ['b: original', 'a: original']]);
  });

  test('an error that is returned takes the place of that one for those further out', async () => {
    const mapped = new Error('mapped');
    expect(await handle([hears('a'), hears('b', mapped), hears('c')])).toEqual([
      mapped,
      ['c: original', 'b: original', 'a: mapped'],
    ]);
    expect(await handle([hears('a'), hears('b', Promise.resolve(mapped))])).toEqual([
      mapped,
      ['b: original', 'a: mapped'],
    ]);
  });

  test.each([undefined, null, 'text', { message: 'no error' }, Promise.resolve(7)])(
    'any other value does not: %o',
    async (value) => {
      expect(await handle([hears('a'), hears('b', value)])).toEqual([
        original,
        ['b: original', 'a: original'],
      ]);
    },
  );

  test.each<[string, OnError]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('a hook that %s has made another error, and the others hear of that', async (_how, onError) => {
    const [error, log] = await handle([hears('a'), { name: 'broken', onError }, hears('c')]);
    expect(error).toMatchObject({ message: 'broken' });
    expect(log).toEqual(['c: original', 'a: broken']);
  });

  test('what is thrown and is no error becomes one', async () => {
    const onError = (): never => {
      throw 'nope';
    };
    const [error] = await handle([{ name: 'broken', onError }]);
    expect(error).toBeInstanceOf(Error);
    expect(error?.message).toContain('nope');
  });

  test('is synchronous as long as all of it is, and nothing without hooks', () => {
    expect(composeOnError([hears('a'), hears('b')])?.(original, contextWith())).toBe(original);
    expect(composeOnError([none])).toBeUndefined();
  });

  test('leaves out what is skipped', async () => {
    const skipped = { ...hears('b', new Error('never')), skip: () => true };
    expect(await handle([hears('a'), skipped])).toEqual([original, ['a: original']]);
    expect(await handle([skipped])).toEqual([original, []]);
  });
});

describe('what compose() makes', () => {
  test('has the hooks of its list, if there are any', async () => {
    const ctx = contextWith();
    const mapped = new Error('mapped');
    const made = compose([sends('a'), sends('b'), createMiddleware({ onError: () => mapped })]);
    await made.onSend?.(ctx);
    expect(logOf(ctx)).toEqual(['b', 'a']);
    expect(await made.onError?.(new Error('x'), ctx)).toBe(mapped);
    expect(Object.keys(compose([none]))).toEqual([]);
  });

  test('runs them at its own place among others', async () => {
    const inner = compose([sends('b'), sends('c')]);
    const ctx = contextWith();
    const outer = compose([sends('a'), inner, sends('d')]);
    await outer.onSend?.(ctx);
    expect(logOf(ctx)).toEqual(['d', 'c', 'b', 'a']);
  });
});

test('a skip that fails is an error like one of a hook, and not the end of all', async () => {
  const seen: string[] = [];
  const onError = composeOnError([
    { name: 'outer', onError: (error) => void seen.push(error.message) },
    {
      name: 'inner',
      onError: () => undefined,
      skip: () => {
        throw new Error('skip');
      },
    },
  ]);
  expect((await onError?.(new Error('first'), contextWith()))?.message).toBe('skip');
  expect(seen).toEqual(['skip']);
});
