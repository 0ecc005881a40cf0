import { setImmediate } from 'node:timers/promises';

import { afterEach, expect, test, vi } from 'vitest';

import type { MiddlewareInput, Next } from '@blaizejs/types';

import { contextWith, handlerOn, type Log, logOf } from '../test/contexts.ts';
import { expectNoUnhandledRejections } from '../test/unhandled-rejections.ts';
import { compose } from './compose.ts';

function chainOf(list: readonly MiddlewareInput[], end: (log: Log) => void | Promise<void>) {
  const run = compose(list);
  return (log: Log) => run(contextWith(log), () => end(log));
}

const endLater = async (log: Log): Promise<void> => {
  await setImmediate();
  log.push('end');
};
const failLater = async (): Promise<void> => {
  await setImmediate();
  throw new Error('deep');
};

expectNoUnhandledRejections();
afterEach(() => void vi.unstubAllEnvs());

async function forgetful(ctx: object, next: Next): Promise<void> {
  void next();
  logOf(ctx).push('out');
}
async function forgetfulLater(_ctx: object, next: Next): Promise<void> {
  await setImmediate();
  void next();
  for (let i = 0; i < 5; i++) await setImmediate();
}
const notAwaited = (name: string): unknown =>
  expect.objectContaining({
    code: 'ERR_BLAIZE_NEXT_NOT_AWAITED',
    message: expect.stringContaining(`Middleware "${name}" is async and did not await next().`) as string,
  });

test.each([forgetful, forgetfulLater])(
  'an async middleware that forgets to await next() is told so, when the rest has ended: %o',
  async (middleware) => {
    const log: Log = [];
    await expect(chainOf([middleware], endLater)(log)).rejects.toEqual(notAwaited(middleware.name));
    expect(log).toContain('end');
  },
);

test.each([forgetful, forgetfulLater])('an error of that rest goes first: %o', async (middleware) => {
  await expect(chainOf([middleware], failLater)([])).rejects.toThrow('deep');
});

test('its own error goes before both, without waiting', async () => {
  const thrower = handlerOn(async (_log, next) => {
    void next();
    throw new Error('own');
  });
  const log: Log = [];
  await expect(chainOf([thrower], endLater)(log)).rejects.toThrow('own');
  expect(log).toEqual([]);
  await expect(chainOf([thrower], failLater)([])).rejects.toThrow('own');
});

test('nothing is wrong where the rest is synchronous, or raced against something else', async () => {
  const log: Log = [];
  await chainOf([forgetful], (l) => void l.push('end'))(log);
  expect(log).toEqual(['end', 'out']);

  const impatient = handlerOn(async (_log, next) => {
    await Promise.race([next(), setImmediate()]);
  });
  await chainOf([impatient], () => new Promise(() => undefined))([]);
});

test('a next() that comes when its middleware has ended is an error, and runs nothing', async () => {
  let late: Next | undefined;
  const log: Log = [];
  await chainOf([async (_ctx, next) => void (late = next)], endLater)(log);
  expect(() => late?.()).toThrow(expect.objectContaining({ code: 'ERR_BLAIZE_NEXT_LATE' }) as Error);
  expect(log).toEqual([]);
});

test('in production none of it is looked for: the chain ends when its first middleware does', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const log: Log = [];
  await chainOf([forgetful], endLater)(log);
  expect(log).toEqual(['out']);
});
