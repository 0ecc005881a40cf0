import { setImmediate } from 'node:timers/promises';

import { reply } from '@blaizejs/context';
import type { RequestContext } from '@blaizejs/context/internal';
import { describe, expect, test } from 'vitest';

import type { Middleware, MiddlewareContext, MiddlewareResult, Next } from '@blaizejs/types';

import { contextWith, logOf, sync } from '../test/contexts.ts';
import { expectNoUnhandledRejections } from '../test/unhandled-rejections.ts';
import { composeChain } from './compose.ts';
import { createMiddleware } from './create-middleware.ts';

expectNoUnhandledRejections();

type End = (ctx: RequestContext) => void | Promise<void>;

const answer: End = (ctx) => {
  logOf(ctx).push('end');
  ctx.response.answer('end');
};
const answerLater: End = async (ctx) => {
  await setImmediate();
  await answer(ctx);
};

async function run(list: readonly Middleware[], end: End = answer, watch = true): Promise<RequestContext> {
  const ctx = contextWith();
  await composeChain(list, end, { watch })(ctx);
  return ctx;
}

type OnRequest = NonNullable<Middleware['onRequest']>;

/** The same, once as it is and once asynchronous. */
const both = (onRequest: (ctx: MiddlewareContext) => MiddlewareResult): [string, OnRequest][] => [
  ['sync', onRequest],
  [
    'async',
    async (ctx) => {
      await setImmediate();
      return onRequest(ctx);
    },
  ],
];

describe('onRequest', () => {
  describe.each<[string, (ctx: MiddlewareContext) => MiddlewareResult]>([
    ['returning reply()', () => reply(401, 'no')],
    ['returning a Response', () => new Response('no', { status: 401 })],
    ['recording it', ({ response }) => void response.status(401).text('no')],
    ['recording and returning it', ({ response }) => response.status(401).text('no')],
    ['a status alone', ({ response }) => void response.status(401)],
  ])('that answers by %s', (_how, onRequest) => {
    test.each(both(onRequest))('ends the way in: %s', async (_when, each) => {
      const ctx = await run([
        { name: 'outer', handler: sync('outer') },
        { name: 'guard', onRequest: each },
        { name: 'inner', handler: sync('inner') },
      ]);
      expect(logOf(ctx)).toEqual(['outer in', 'outer out']);
      expect(ctx.response.statusCode).toBe(401);
    });

    test.each(both(onRequest))('does so whatever was recorded before it: %s', async (_when, each) => {
      const early: Middleware['handler'] = ({ response }, next) => {
        response.status(202);
        return next();
      };
      const ctx = await run([
        { name: 'early', handler: early },
        { name: 'guard', onRequest: each },
      ]);
      expect([ctx.response.statusCode, logOf(ctx)]).toEqual([401, []]);
    });
  });

  test.each(both(({ response }) => void response.header('x-a', '1')))(
    'that only sets a header goes on: %s',
    async (_when, onRequest) => {
      const ctx = await run([{ name: 'header', onRequest }]);
      expect([logOf(ctx), ctx.response.get('x-a')]).toEqual([['end'], '1']);
    },
  );

  test.each(both(({ response }) => response.header('x-a', '1')))(
    'goes on also if it returns the response that it has not answered with: %s',
    async (_when, onRequest) => {
      expect(logOf(await run([{ name: 'header', onRequest }]))).toEqual(['end']);
    },
  );

  test.each(both(() => undefined))(
    'goes on if the status was set before it: %s',
    async (_when, onRequest) => {
      const early: Middleware['handler'] = ({ response }, next) => {
        response.status(202);
        return next();
      };
      const ctx = await run([
        { name: 'early', handler: early },
        { name: 'later', onRequest },
      ]);
      expect([ctx.response.statusCode, logOf(ctx)]).toEqual([202, ['end']]);
    },
  );

  test('comes before the handler of the same middleware, which its answer leaves out', async () => {
    const one = createMiddleware({
      name: 'one',
      onRequest: (ctx) => void logOf(ctx).push('onRequest'),
      handler: sync('handler'),
    });
    expect(logOf(await run([one]))).toEqual(['onRequest', 'handler in', 'end', 'handler out']);
    const guard = createMiddleware({ name: 'guard', onRequest: () => reply(401, null), handler: sync('no') });
    expect(logOf(await run([guard]))).toEqual([]);
  });

  test.each(both(() => reply(401, null)))('is left out by skip: %s', async (_when, onRequest) => {
    const guard: Middleware = { name: 'guard', onRequest, skip: () => true };
    const ctx = await run([guard, { name: 'after', handler: sync('after') }]);
    expect(logOf(ctx)).toEqual(['after in', 'end', 'after out']);
  });

  test.each(both(() => 'text' as never))(
    'any other value that it returns is no answer: %s',
    async (_w, each) => {
      const ctx = await run([{ name: 'text', onRequest: each }]);
      expect(ctx.response.body).toBe('end');
    },
  );

  test('an error of it is the chain’s, and can be caught further out', async () => {
    const fail = createMiddleware({
      onRequest: () => {
        throw new Error('no');
      },
    });
    expect(() => composeChain([fail], answer, { watch: true })(contextWith())).toThrow('no');
    const failLater = createMiddleware({ onRequest: () => Promise.reject(new Error('later')) });
    await expect(run([failLater])).rejects.toThrow('later');
    const rescue = createMiddleware(async (ctx, next) => {
      await Promise.resolve(next()).catch((error: unknown) => logOf(ctx).push((error as Error).message));
    });
    expect(logOf(await run([rescue, failLater]))).toEqual(['later']);
  });

  test('keeps a synchronous chain synchronous', () => {
    const ctx = contextWith();
    const note = (ctx: MiddlewareContext): void => void logOf(ctx).push('in');
    const list = [1, 2, 3].map((n): Middleware => ({ name: `${n}`, onRequest: note }));
    expect(composeChain(list, answer, { watch: true })(ctx)).toBeUndefined();
    expect(logOf(ctx)).toEqual(['in', 'in', 'in', 'end']);
    const guard: Middleware = { name: 'guard', onRequest: () => reply(401, null) };
    expect(composeChain([...list, guard], answer, { watch: true })(contextWith())).toBeUndefined();
  });

  test('is called on its middleware', async () => {
    class Counting {
      readonly name = 'counting';
      count = 0;
      onRequest(): void {
        this.count++;
      }
    }
    const counting = new Counting();
    await run([counting]);
    expect(counting.count).toBe(1);
  });

  test('needs no frame of a middleware that has only hooks', () => {
    const chain = composeChain([{ name: 'hooks', onSend: () => {}, skip: () => true }], answer, {
      watch: true,
    });
    expect(chain).toBe(answer);
  });
});

// What is watched outside of production must not change what is answered.
describe.each([true, false])('what a handler returns (watched: %s)', (watch) => {
  type Handler = NonNullable<Middleware['handler']>;
  const handlers: [string, Handler][] = [
    ['sync, before next()', () => reply(418, 'own')],
    ['async, before next()', async () => setImmediate(reply(418, 'own'))],
    [
      'sync, after next()',
      (_ctx, next) => {
        void next();
        return reply(418, 'own');
      },
    ],
    [
      'async, after next()',
      async (_ctx, next: Next) => {
        await next();
        return reply(418, 'own');
      },
    ],
    [
      'chained to next()',
      (_ctx, next) => Promise.resolve(next()).then(() => new Response('own', { status: 418 })),
    ],
  ];

  test.each(handlers)('is the answer if it is one: %s', async (_when, handler) => {
    for (const end of [answer, answerLater]) {
      const { response } = await run([{ name: 'own', handler }], end, watch);
      expect([response.statusCode, response.body === 'end']).toEqual([418, false]);
    }
  });

  test.each(handlers)('is seen by what is further out: %s', async (_when, handler) => {
    const seen: unknown[] = [];
    const outer: Handler = async ({ response }, next) => {
      await next();
      seen.push([response.statusCode, response.body === 'end']);
    };
    for (const end of [answer, answerLater]) {
      await run(
        [
          { name: 'outer', handler: outer },
          { name: 'own', handler },
        ],
        end,
        watch,
      );
    }
    expect(seen).toEqual([
      [418, false],
      [418, false],
    ]);
  });

  test('is no answer if it is the response, or any other value', async () => {
    for (const result of [undefined, null, 'text', 7, {}, [], true]) {
      const handler: Handler = async (_ctx, next) => {
        await next();
        return result as never;
      };
      expect((await run([{ name: 'own', handler }], answerLater, watch)).response.body).toBe('end');
    }
    const same: Handler = async ({ response }, next) => {
      await next();
      return response.header('x-a', '1');
    };
    const { response } = await run([{ name: 'own', handler: same }], answer, watch);
    expect([response.body, response.get('x-a')]).toEqual(['end', '1']);
  });

  test('keeps a synchronous chain synchronous', () => {
    const list: Middleware[] = [{ name: 'own', handler: () => reply(418, null) }];
    expect(composeChain(list, answer, { watch })(contextWith())).toBeUndefined();
  });
});
