import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { routeProblem } from './check-route.ts';
import { createGetRoute } from './create-route.ts';

const handler = (): string => 'x';
// As ArkType's schemas and createPlugin()'s plugins are: functions with properties.
const callableSchema = Object.assign(() => 1, { '~standard': z.string()['~standard'] });
const configurable = Object.assign(() => 1, { version: '1.0.0' });
const callablePlugin = Object.assign(() => 1, { version: '1.0.0', setup: handler });
// As content(), ndjson() and events() make them.
const content = (kind: string, type: string): object => ({
  '~standard': z.string()['~standard'],
  '~content': { kind, type },
});
const ONE = 'has 1 problem:\n  - ';
const MIDDLEWARE = 'expected a function (ctx, next) or what createMiddleware() returned';
const SCHEMA = 'expected a Standard Schema, such as z.object({ … })';

describe('a route may have', () => {
  test.each<[string, object]>([
    ['a handler and no more', {}],
    ['what a maker puts there', createGetRoute({ handler })],
    [
      'everything',
      {
        schema: {
          params: z.object({}),
          query: callableSchema,
          headers: z.object({}),
          cookies: z.object({}),
          body: {
            'application/json': z.object({}),
            'text/csv': callableSchema,
            'image/*': content('bytes', 'image/*'),
            'application/jsonl': content('lines', 'application/x-ndjson'),
          },
          response: { 200: z.string(), 204: null, 404: z.object({}) },
        },
        middleware: [handler, { name: 'a', onSend: handler }],
        meta: { summary: 'x' },
        docs: {
          summary: 'Adds a user',
          description: 'With **markdown**.',
          tags: ['users'],
          operationId: 'users.add',
          deprecated: true,
          visibility: 'internal',
          security: [{ bearer: ['users:write'] }, {}],
          examples: { body: { plain: {} }, response: { 200: { plain: 'x' } } },
        },
        tunnel: 'websocket',
        earlyHints: [
          '</app.css>; rel=preload; as=style',
          '<https://cdn.example.com/f.woff2?v=1,2>;rel=preload;as=font;crossorigin',
          '</a> ; rel="preload" ; title="a b; c"',
        ],
        bodyReaders: { 'application/yaml': handler },
        bodyLimit: 1,
        handlerTimeout: 0,
        requestTimeout: 1000,
      },
    ],
    ['one response schema', { schema: { response: z.string() } }],
    ['options that are undefined', { schema: undefined, middleware: undefined, bodyLimit: undefined }],
  ])('%s', (_what, options) => {
    expect(routeProblem({ handler, ...options }, 'GET')).toBeUndefined();
  });

  test('a state of its own if it is an instance of a class, but no slips', () => {
    class Route {
      calls = 0;
      handler(): number {
        return ++this.calls;
      }
    }
    expect(routeProblem(new Route(), 'GET')).toBeUndefined();
    expect(routeProblem(Object.assign(new Route(), { bodyLimt: 1 }), 'GET')).toContain(
      'Did you mean `bodyLimit`?',
    );
    expect(routeProblem(Object.assign(new Route(), { bodyLimit: -1 }), 'GET')).toContain('- bodyLimit: ');
  });
});

describe('a route is refused', () => {
  test.each<[string, object, string]>([
    ['a misspelt key', { midleware: [] }, 'received a list. Did you mean `middleware`?'],
    ['a key that nobody knows', { tags: ['x'] }, `${ONE}tags: expected one of the options handler, schema`],
    [
      'a misspelt schema',
      { schema: { reponse: z.string() } },
      'received an object. Did you mean `response`?',
    ],
    [
      'a schema called as elsewhere',
      { schema: { querystring: z.object({}) } },
      `${ONE}schema.querystring: expected one of the options params, query, headers, cookies, body, response`,
    ],
    [
      'a schema that is no Standard Schema',
      { schema: { query: { type: 'object' } } },
      `${ONE}schema.query: ${SCHEMA}`,
    ],
    [
      'the shape of a schema',
      { schema: { query: { page: z.string() } } },
      `${ONE}schema.query: ${SCHEMA}, received an object. Wrap it: \`z.object({ … })\`.`,
    ],
    [
      'a schema for all of it',
      { schema: z.object({}) },
      'schema: expected an object such as { query: z.object({ … }) }',
    ],
    [
      'a response by words',
      { schema: { response: { ok: z.string() } } },
      `${ONE}schema.response.ok: expected a status`,
    ],
    [
      'a response by no status',
      { schema: { response: { '2xx': z.string() } } },
      'a status from 200 to 599 as the key',
    ],
    [
      'a response that is no schema',
      { schema: { response: { 200: 'User' } } },
      `${ONE}schema.response.200: ${SCHEMA}, or null for no content, received "User"`,
    ],
    [
      'a media type with parameters',
      { schema: { body: { 'application/json; charset=utf-8': z.string() } } },
      `${ONE}schema.body.application/json; charset=utf-8: expected a media type in lower case`,
    ],
    [
      'a media type without a schema',
      { schema: { body: { 'application/json': {} } } },
      `${ONE}schema.body.application/json: ${SCHEMA}`,
    ],
    [
      'a schema of bytes for a query',
      { schema: { query: content('bytes', 'image/png') } },
      `${ONE}schema.query: ${SCHEMA}; content() and ndjson() are for bodies and answers`,
    ],
    [
      'events as a body',
      { schema: { body: content('events', 'text/event-stream') } },
      `${ONE}schema.body: ${SCHEMA}; events() is for answers`,
    ],
    [
      'bytes of another type than their key',
      { schema: { body: { 'image/png': content('bytes', 'text/csv') } } },
      `${ONE}schema.body.image/png: expected content('image/png'), as the key says`,
    ],
    ['a misspelt word about it', { docs: { sumary: 'x' } }, `${ONE}docs.sumary: expected one of the options`],
    [
      'an odd name for clients',
      { docs: { operationId: 'add user' } },
      `${ONE}docs.operationId: expected letters`,
    ],
    [
      'security that is no list',
      { docs: { security: { bearer: [] } } },
      `${ONE}docs.security: expected a list`,
    ],
    [
      'no responses',
      { schema: { response: {} } },
      `${ONE}schema.response: ${SCHEMA}, or one schema per status`,
    ],
    [
      'one middleware',
      { middleware: handler },
      `${ONE}middleware: expected a list of middleware, received a function. Write \`middleware: [it]\`.`,
    ],
    [
      'a list in its middleware',
      { middleware: [[handler]] },
      'middleware[0]: ' + MIDDLEWARE + ', received a list. Spread it',
    ],
    ['no middleware', { middleware: [undefined] }, `${ONE}middleware[0]: ${MIDDLEWARE}, received nothing`],
    [
      'a plugin for middleware',
      { middleware: [callablePlugin] },
      `${ONE}middleware[0]: ${MIDDLEWARE}, received a function. It is a plugin: add it to \`plugins\`.`,
    ],
    ['a plugin without its options for middleware', { middleware: [configurable] }, 'It is a plugin'],
    [
      'a made plugin for middleware',
      { middleware: [{ name: 'x', version: '1', setup: handler }] },
      'It is a plugin',
    ],
    [
      'a route for middleware',
      { middleware: [createGetRoute({ handler })] },
      'received an object. It is a route.',
    ],
    ['a misspelt hook', { middleware: [{ name: 'x', handler, onsend: handler }] }, 'Did you mean `onSend`?'],
    ['only a misspelt hook', { middleware: [{ name: 'x', onReqest: handler }] }, 'Did you mean `onRequest`?'],
    [
      'a hook that is none',
      { middleware: [{ name: 'x', handler, onError: true }] },
      'middleware[0].onError: expected a function',
    ],
    [
      'a limit in words',
      { bodyLimit: '1mb' },
      `${ONE}bodyLimit: expected a whole number above 0, received "1mb"`,
    ],
    ['a limit below 0', { bodyLimit: -1 }, `${ONE}bodyLimit: expected a whole number above 0, received -1`],
    ['half a byte', { bodyLimit: 0.5 }, 'bodyLimit'],
    [
      'a time in words',
      { handlerTimeout: '30s' },
      `${ONE}handlerTimeout: expected a whole number, or 0 for no limit`,
    ],
    ['a time below 0', { requestTimeout: -1 }, 'requestTimeout'],
    ['no time at all', { requestTimeout: Infinity }, 'requestTimeout'],
    ['a time that no timer knows', { handlerTimeout: 2 ** 31 }, 'handlerTimeout'],
    ['another tunnel', { tunnel: 'webtransport' }, `${ONE}tunnel: expected "websocket"`],
    ['meta in words', { meta: 'admin' }, `${ONE}meta: expected an object, received "admin"`],
    [
      'a reader that is none',
      { bodyReaders: { 'application/yaml': 'yaml' } },
      'bodyReaders.application/yaml: expected a function',
    ],
    ['a reader of no type', { bodyReaders: { yaml: handler } }, 'bodyReaders.yaml: expected a media type'],
    [
      'a reader of parameters',
      { bodyReaders: { 'text/x; charset=utf-8': handler } },
      'expected a media type without parameters',
    ],
  ])('for %s', (_what, options, problem) => {
    expect(routeProblem({ handler, ...options }, 'GET')).toContain(problem);
  });

  test.each([[undefined], [null], ['x'], [[handler]], [handler]])('where it is %j', (value) => {
    expect(routeProblem(value, 'GET')).toBe('is not an object with a handler');
  });

  test('for a tunnel that no GET asks for', () => {
    expect(routeProblem({ handler, tunnel: 'websocket' }, 'POST')).toBe(
      `${ONE}tunnel: expected a route for GET, with which every tunnel begins, received "websocket"`,
    );
  });

  test('for early hints of what no page is loaded with', () => {
    expect(routeProblem({ handler, earlyHints: true }, 'POST')).toBe(
      `${ONE}earlyHints: expected a route for GET, with which pages are loaded, received true`,
    );
    expect(routeProblem({ handler, earlyHints: false }, 'POST')).toBeUndefined();
  });

  test.each([
    ['</a.css>; rel=preload; as=style\r\nx-injected: 1'],
    ['</a.css>; rel=preload\0'],
    ['</a.css>; rel=preload; title="\n"'],
    ['</a.css>\t; rel=preload'],
    ['</a b.css>; rel=preload'],
    ['</ä.css>; rel=preload'],
    ['</a.css>; rel=preload, </b.css>; rel=preload'],
    ['</a.css>'],
    ['/a.css'],
    [''],
    [1],
  ])('for the early hint %j', (hint) => {
    expect(routeProblem({ handler, earlyHints: ['</b.css>; rel=preload', hint] }, 'GET')).toContain(
      'earlyHints[1]: expected a link such as </app.css>; rel=preload; as=style',
    );
  });

  test('for an early hint that is not in a list', () => {
    expect(routeProblem({ handler, earlyHints: '</a.css>; rel=preload' }, 'GET')).toContain(
      'earlyHints: expected true, false or a list of links',
    );
  });

  test('for all that is wrong, at once', () => {
    expect(routeProblem({ handle: handler, bodyLimit: 'x', schema: { querry: 1 } }, 'GET')).toMatch(
      /^has 4 problems:\n {2}- handler: .*\n {2}- schema\.querry: .*`query`\?\n {2}- bodyLimit: .*\n {2}- handle: .*`handler`\?$/,
    );
  });
});

test.each([
  [{ hots: 'a' }, /constraints\.hots: expected one of the options host, version, accept, headers.*`host`/],
  [{ host: 'a:80' }, /constraints\.host: expected a host without a port/],
  [{ version: 2 }, /constraints\.version: expected a text such as "2", received 2/],
  [{ accept: '*/*' }, /constraints\.accept: expected a media type/],
  [{ headers: { 'x y': 'a' } }, /constraints\.headers\.x y: expected the name of a header as the key/],
  [{ headers: { 'x-a': 1 } }, /constraints\.headers\.x-a: expected a text or a regular expression/],
  [{}, /constraints: expected at least one constraint/],
  ['2', /constraints: expected an object such as \{ version: '2' \}/],
])('constraints %j are refused', (constraints, message) => {
  expect(routeProblem({ constraints, handler: () => 1 }, 'GET')).toMatch(message);
});

test('constraints that fit, and a tunnel, which has none', () => {
  const constraints = { host: '[::1]', version: '2', accept: 'a/b;c=d', headers: { 'x-a': /b/ } };
  expect(routeProblem({ constraints, handler: () => 1 }, 'GET')).toBeUndefined();
  expect(routeProblem({ constraints, tunnel: 'websocket', handler: () => 1 }, 'GET')).toMatch(
    /constraints: expected none in a route with a tunnel/,
  );
});
