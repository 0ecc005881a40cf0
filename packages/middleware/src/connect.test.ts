import { expect, test } from 'vitest';

import { connect } from './connect.ts';
import { createMiddleware } from './create-middleware.ts';

function session(_req: never, _res: never, next: () => void): void {
  next();
}

test('it is named after what it runs', () => {
  expect(connect(session).name).toBe('connect(session)');
  expect(connect([session, [session, () => undefined]]).name).toBe('connect(session, session, anonymous)');
  expect(connect(session, { name: 'sessions' }).name).toBe('sessions');
});

test.each([
  [undefined, 'expected a function (req, res, next) or (error, req, res, next)'],
  [[], 'expected at least one middleware'],
  [[session, 'helmet'], '[1]: expected'],
  [createMiddleware({ name: 'own', onRequest: () => undefined }), 'without connect()'],
  [(_a: never, _b: never, _c: never, _d: never, _e: never) => undefined, 'at most four parameters'],
])('what it runs is checked: %#', (middleware, problem) => {
  expect(() => connect(middleware as typeof session)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: expect.stringContaining(problem) as string,
    }),
  );
});

test.each([
  [{ path: 'docs' }, 'path'],
  [{ path: '/docs/' }, 'path'],
  [{ path: '/' }, 'path'],
  [{ path: '/a?b' }, 'path'],
  [{ name: '' }, 'name'],
  [{ paths: '/docs' }, 'Did you mean `path`?'],
])('the options %j are refused', (options, problem) => {
  expect(() => connect(session, options as object)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: expect.stringContaining(problem) as string,
    }),
  );
});
