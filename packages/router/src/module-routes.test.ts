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
    expect(routesOf({ list: other }, 'a.ts')).toEqual([{ method: 'GET', route: other }]);
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
  [{ default: { get: { handler } } }, 'it exports no route'],
  [{ default: 'x', list: { handler } }, 'it exports no route'],
  [{ GET: null }, 'export GET has no handler function'],
  [{ GET: undefined }, 'export GET has no handler function'],
  [{ GET: { handle: handler } }, 'export GET has no handler function'],
  [{ default: { POST: {} } }, 'POST of the default export has no handler function'],
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
