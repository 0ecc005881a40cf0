import { setImmediate } from 'node:timers/promises';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Middleware, MiddlewareInput, Next } from '@blaizejs/types';

import { contextWith, handlerOn, later, type Log, logOf, sync } from '../test/contexts.ts';
import { expectNoUnhandledRejections } from '../test/unhandled-rejections.ts';
import { compose } from './compose.ts';

/** Composes middleware around what stands at its end. */
function chainOf(list: readonly MiddlewareInput[], end?: (log: Log) => void | Promise<void>) {
  const run = compose(list);
  return (log: Log) => run(contextWith(log), end && (() => end(log)));
}

const end = (log: Log): void => void log.push('end');
const endLater = async (log: Log): Promise<void> => {
  await setImmediate();
  log.push('end');
};
const failLater = async (): Promise<void> => {
  await setImmediate();
  throw new Error('deep');
};

type Nested = ('sync' | 'later' | Nested)[];
const flatten = (list: Nested): Nested =>
  list.flatMap((entry) => (Array.isArray(entry) ? flatten(entry) : [entry]));

expectNoUnhandledRejections();

// What is watched outside of production must not change what correct middleware does.
describe.each(['production', 'development'])('in %s', (mode) => {
  beforeEach(() => void vi.stubEnv('NODE_ENV', mode));
  afterEach(() => void vi.unstubAllEnvs());

  describe('order', () => {
    test('the first is the outermost', async () => {
      const log: Log = [];
      await chainOf([sync('a'), later('b'), later('c')], endLater)(log);
      expect(log.filter((line) => !line.startsWith('a'))).toEqual(['b in', 'c in', 'end', 'c out', 'b out']);
      expect(log[0]).toBe('a in');
    });

    test('a chain of nothing is its handler, or what it is called with', () => {
      const log: Log = [];
      void chainOf([], end)(log);
      void compose([])(contextWith(log), () => void log.push('next'));
      expect(compose([])(contextWith(log))).toBeUndefined();
      expect(log).toEqual(['end', 'next']);
    });

    test('one that does not call next() ends the chain there', () => {
      const log: Log = [];
      void chainOf([sync('a'), handlerOn((l) => void l.push('stop')), sync('b')], end)(log);
      expect(log).toEqual(['a in', 'stop', 'a out']);
    });

    test('a synchronous chain ends before the call does, and gives no promise', () => {
      const log: Log = [];
      const chain = chainOf([sync('a'), { name: 'b', handler: sync('b') }, sync('c')], end);
      expect(chain(log)).toBeUndefined();
      expect(log).toEqual(['a in', 'b in', 'c in', 'end', 'c out', 'b out', 'a out']);
    });

    test('what a middleware returns is ignored unless it is a promise, or an answer', () => {
      expect(chainOf([handlerOn(() => 'value'), sync('a')], end)([])).toBeUndefined();
      expect(chainOf([(_ctx, next) => next()], end)([])).toBeUndefined();
    });

    test('a chain is run for many contexts at the same time', async () => {
      const chain = chainOf([later('a')], endLater);
      const logs: Log[] = [[], [], []];
      await Promise.all(logs.map(async (log) => chain(log)));
      for (const log of logs) expect(log).toEqual(['a in', 'end', 'a out']);
    });

    test('composed chains compose: any nesting runs like the flat list', async () => {
      const one = fc.constantFrom<'sync' | 'later'>('later', 'sync');
      const { tree } = fc.letrec<{ tree: Nested }>((tie) => ({
        tree: fc.array(fc.oneof({ maxDepth: 3 }, one, tie('tree')), { maxLength: 4 }),
      }));
      await fc.assert(
        fc.asyncProperty(tree, async (nested) => {
          let count = 0;
          const build = (list: Nested): MiddlewareInput[] =>
            list.map((entry) =>
              Array.isArray(entry) ? compose(build(entry)) : (entry === 'sync' ? sync : later)(`${count++}`),
            );
          const nestedLog: Log = [];
          await chainOf(build(nested), end)(nestedLog);
          count = 0;
          const flatLog: Log = [];
          await chainOf(build(flatten(nested)), end)(flatLog);
          expect(nestedLog).toEqual(flatLog);
          expect(nestedLog).toHaveLength(2 * count + 1);
        }),
      );
    });
  });

  describe('errors', () => {
    const fail = (): never => {
      throw new Error('deep');
    };

    test('of a synchronous chain are thrown, not given as a promise', () => {
      expect(() => chainOf([sync('a')], fail)([])).toThrow('deep');
    });

    test.each([
      ['at once', fail],
      ['later', failLater],
    ])(
      'that come %s come out of the next() that is awaited, where they can be caught',
      async (_when, handler) => {
        const log: Log = [];
        const rescue = handlerOn(async (l, next) => {
          try {
            await next();
          } catch (error) {
            l.push(`caught ${(error as Error).message}`);
          }
        });
        await chainOf([later('a'), rescue, later('b')], handler)(log);
        expect(log).toEqual(['a in', 'b in', 'caught deep', 'a out']);
      },
    );

    test('that nobody catches are the whole chain’s', async () => {
      const log: Log = [];
      await expect(chainOf([later('a'), sync('b'), later('c')], failLater)(log)).rejects.toThrow('deep');
      expect(log).not.toContain('a out');
    });

    test('tell who has added a function without calling it', async () => {
      const requireLogin = (): Middleware => ({ name: 'require-login', onRequest: () => undefined });
      const message = 'returned the middleware "require-login" instead of an answer';
      // @ts-expect-error -- it has to be called
      expect(() => chainOf([requireLogin], end)([])).toThrow(message);
      // @ts-expect-error -- the same, async
      await expect(chainOf([async () => requireLogin()], end)([])).rejects.toThrow(message);
    });

    test('can be replaced', async () => {
      const replace = handlerOn(async (_log, next) => {
        await Promise.resolve(next()).catch((cause: unknown) => {
          throw new Error('shallow', { cause });
        });
      });
      await expect(chainOf([replace], failLater)([])).rejects.toThrow('shallow');
    });

    test('can be caught without async, by what next() gives', async () => {
      const log: Log = [];
      const rescue = handlerOn((l, next) => {
        const running = next();
        return running?.catch((error: unknown) => l.push(`caught ${(error as Error).message}`));
      });
      await chainOf([later('a'), rescue], failLater)(log);
      expect(log).toEqual(['a in', 'caught deep', 'a out']);
    });

    test('pass through finally()', async () => {
      const log: Log = [];
      const note = handlerOn((l, next) => next()?.finally(() => void l.push('finally')));
      await expect(chainOf([note], failLater)(log)).rejects.toThrow('deep');
      await chainOf([note], endLater)(log);
      expect(log).toEqual(['finally', 'end', 'finally']);
    });
  });

  describe('next() twice', () => {
    const twice = (name: string) =>
      expect.objectContaining({
        code: 'ERR_BLAIZE_NEXT_TWICE',
        message: `Middleware "${name}" called next() twice. Each call would run the rest of the chain again.`,
      }) as Error;

    test('is an error that names the middleware, and runs the rest once', async () => {
      const log: Log = [];
      function impatient(_ctx: unknown, next: Next): void {
        void next();
        void next();
      }
      expect(() => chainOf([impatient], end)(log)).toThrow(twice('impatient'));
      const handler = async (_ctx: unknown, next: Next): Promise<void> => {
        await next();
        await next();
      };
      await expect(chainOf([{ name: 'eager', handler }], end)(log)).rejects.toEqual(twice('eager'));
      await expect(chainOf([{ name: 'eager', handler }], endLater)(log)).rejects.toEqual(twice('eager'));
      await expect(chainOf([(ctx, next) => handler(ctx, next)], endLater)(log)).rejects.toEqual(
        twice('anonymous'),
      );
      expect(log).toEqual(['end', 'end', 'end', 'end']);
    });

    test('also after an error of the rest', async () => {
      const retry = handlerOn(async (_log, next) => {
        await Promise.resolve(next()).catch(() => next());
      });
      await expect(chainOf([retry], failLater)([])).rejects.toMatchObject({ code: 'ERR_BLAIZE_NEXT_TWICE' });
    });
  });

  describe('next() that a middleware leaves alone which is not async', () => {
    const leave = handlerOn((log, next) => {
      void next();
      log.push('out');
    });

    test('the chain still ends after the rest', async () => {
      const log: Log = [];
      await chainOf([later('a'), leave], endLater)(log);
      expect(log).toEqual(['a in', 'out', 'end', 'a out']);
    });

    test('errors of the rest are the chain’s', async () => {
      await expect(chainOf([later('a'), leave], failLater)([])).rejects.toThrow('deep');
    });

    test('its own error goes first', async () => {
      const thrower = handlerOn((_log, next) => {
        void next();
        throw new Error('own');
      });
      expect(() => chainOf([thrower], failLater)([])).toThrow('own');
      await expect(chainOf([later('a'), thrower], failLater)([])).rejects.toThrow('own');
    });
  });

  describe('skip', () => {
    test('leaves a middleware out, asked for each request', async () => {
      const middleware: Middleware = {
        name: 'loud',
        handler: later('loud'),
        skip: (ctx: object) => logOf(ctx).includes('quiet'),
      };
      const chain = chainOf([middleware], end);
      const loud: Log = [];
      const quiet: Log = ['quiet'];
      await chain(loud);
      expect(chain(quiet)).toBeUndefined();
      expect([loud, quiet]).toEqual([
        ['loud in', 'end', 'loud out'],
        ['quiet', 'end'],
      ]);
    });
  });

  test('handler and skip are called on their middleware', () => {
    class Counter {
      readonly name = 'counter';
      count = 0;
      skipped = 0;
      handler(_ctx: unknown, next: Next): void | Promise<void> {
        this.count++;
        return next();
      }
    }
    class Skipping extends Counter {
      skip(): boolean {
        return this.skipped++ > 0;
      }
    }
    const counter = new Counter();
    const skipping = new Skipping();
    const chain = chainOf([counter, skipping], end);
    void chain([]);
    void chain([]);
    expect([counter.count, skipping.count, skipping.skipped]).toEqual([2, 1, 2]);
  });
});
