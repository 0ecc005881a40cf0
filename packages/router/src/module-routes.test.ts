import { describe, expect, test } from 'vitest';

import { createGetRoute, createPostRoute } from './create-route.ts';
import { routesOf } from './module-routes.ts';

const handler = (): string => 'x';
const get = createGetRoute({ handler });
const post = createPostRoute({ handler });
const methodsOf = (module: Record<string, unknown>): string[] =>
  routesOf(module, 'a.ts').map(({ method }) => method);

describe('a module exports routes', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['by method name', { GET: get, POST: post }, ['GET', 'POST']],
    ['under any name', { listUsers: get, addUser: post }, ['GET', 'POST']],
    ['by default', { default: get }, ['GET']],
    [
      'by default with methods for keys',
      { default: { GET: { handler }, DELETE: { handler } } },
      ['GET', 'DELETE'],
    ],
    ['as plain options', { PATCH: { handler } }, ['PATCH']],
    ['as a function', { PUT: handler }, ['PUT']],
    ['twice', { GET: get, default: get, alias: get }, ['GET']],
    ['twice as plain options', { GET: handler, default: { GET: handler } }, ['GET']],
    ['one function for two methods', { GET: handler, POST: handler }, ['GET', 'POST']],
    ['next to other things', { GET: get, helper: handler, limit: 3, get: handler, default: null }, ['GET']],
    ['of one method, twice', { a: get, b: createGetRoute({ handler }) }, ['GET', 'GET']],
  ])('%s', (_how, module, methods) => {
    expect(methodsOf(module)).toEqual(methods);
  });

  test('made by another copy of this package', () => {
    const other = Object.defineProperty({ method: 'GET', handler }, Symbol.for('blaizejs.route'), {
      value: true,
    });
    expect(routesOf({ list: other }, 'a.ts')).toEqual([{ method: 'GET', route: other, exportName: 'list' }]);
  });

  test('which keep their options', () => {
    const options = { handler, bodyLimit: 5, schema: {} };
    expect(routesOf({ POST: options }, 'a.ts')[0]?.route).toBe(options);
    expect(routesOf({ POST: handler }, 'a.ts')[0]?.route.handler).toBe(handler);
  });
});

test.each<[Record<string, unknown>, string]>([
  [{}, 'it exports no route'],
  [{ default: handler }, 'it exports no route'],
  [
    { default: { get: { handler } } },
    'get of the default export is not named after a method. Did you mean GET?',
  ],
  [{ GET: get, DELTE: { handler } }, 'export DELTE is not named after a method. Did you mean DELETE?'],
  [{ default: 'x', list: { handler } }, 'it exports no route'],
  [{ GET: null }, 'export GET is not an object with a handler'],
  [{ GET: undefined }, 'export GET is not an object with a handler'],
  [
    { GET: { handle: handler } },
    'export GET has 2 problems:\n' +
      '  - handler: expected a function (ctx) that returns the answer, received nothing\n' +
      '  - handle: expected one of the options handler, schema, middleware, meta, docs, tunnel, constraints, bodyReaders, decompressRequests, earlyHints, bodyLimit, ' +
      'handlerTimeout, requestTimeout, path, method, received a function. Did you mean `handler`?',
  ],
  [{ default: { POST: {} } }, 'POST of the default export has 1 problem:\n  - handler: expected a function'],
  [
    { list: createGetRoute({ handler, bodyLimit: '1mb' as never }) },
    'export list has 1 problem:\n  - bodyLimit: expected a whole number above 0, received "1mb".',
  ],
  [{ POST: get }, 'export POST was made for GET; export it under that name'],
  [{ default: { POST: get } }, 'POST of the default export was made for GET; export it under that name'],
])('says what is wrong (case %#)', (module, problem) => {
  expect(() => routesOf(module, 'routes/a.ts')).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      file: 'routes/a.ts',
      message: expect.stringContaining(`Route file routes/a.ts: ${problem}`) as string,
    }),
  );
});

describe('a CommonJS module that a transpiler made of an ES module', () => {
  // As Node gives it: what it cannot tell from the text is only in the default.
  const cjs = (
    exports: Record<string, unknown>,
    seen: Record<string, unknown> = {},
  ): Record<string, unknown> => {
    const whole = Object.defineProperty({ ...exports }, '__esModule', { value: true });
    return { __esModule: true, ...seen, default: whole, 'module.exports': whole };
  };

  test.each<[string, Record<string, unknown>, string[]]>([
    ['its default is a route', cjs({ default: get }), ['GET']],
    [
      'its default has methods for keys',
      cjs({ default: { GET: { handler }, PUT: handler } }),
      ['GET', 'PUT'],
    ],
    ['its exports were seen, too', cjs({ GET: get, default: post }, { GET: get }), ['GET', 'POST']],
    ['it has no default', cjs({ GET: handler }), ['GET']],
  ])('exports routes where %s', (_what, module, methods) => {
    expect(methodsOf(module)).toEqual(methods);
  });
});
