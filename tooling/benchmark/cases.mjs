import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SENT_HEADERS } from './sent-headers.mjs';

/** @typedef {'h1' | 'h2'} Protocol */

/**
 * @typedef {object} Case What is asked for again and again, and what has to come back.
 * @property {string} name
 * @property {string} title
 * @property {string} [group] the cases of a group are compared with each other, so they are measured side by side
 * @property {readonly string[]} [only] the frameworks that it is measured for; default: all
 * @property {number} routes how many `/rN/:id` are registered
 * @property {boolean} [metrics] whether the server has the plugin `metrics()`
 * @property {string} path
 * @property {Readonly<Record<string, string>>} [headers] that are sent
 * @property {string} [body] JSON; with it the request is a POST
 * @property {string} [bodyFile] a file with the same content
 * @property {number} status
 * @property {unknown} [answer] JSON; without it 1 MiB of bytes
 * @property {number} [streams] at once on an HTTP/2 connection; default: 32
 */

const itemFile = join(import.meta.dirname, 'item.json');
const item = readFileSync(itemFile, 'utf8');

/** @param {number} routes @param {Partial<Case>} rest @returns {Case} */
function lookup(routes, rest) {
  const route = routes / 2;
  return {
    name: 'routes',
    title: `one of ${routes.toLocaleString('en')} routes`,
    group: 'routes',
    routes,
    path: `/r${route}/42`,
    status: 200,
    answer: { route, id: '42' },
    ...rest,
  };
}

/** Built-in middleware by name, and who else has the like: in Fastify by plugins, in Hono built in. */
export const BUILT_IN = {
  cors: ['blaize', 'fastify', 'hono'],
  'security-headers': ['blaize', 'fastify', 'hono'],
  csrf: ['blaize', 'hono'],
  'csrf-token': ['blaize'],
  // These three together.
  protection: ['blaize', 'fastify', 'hono'],
  'rate-limit': ['blaize'],
  session: ['blaize'],
  compress: ['blaize'],
  etag: ['blaize'],
  'request-id': ['blaize'],
  'request-log': ['blaize'],
  'host-filter': ['blaize'],
  'ip-filter': ['blaize'],
  maintenance: ['blaize'],
  'load-shed': ['blaize'],
  'basic-auth': ['blaize'],
  'api-key-auth': ['blaize'],
  'jwt-auth': ['blaize'],
  // From the cache.
  'response-cache': ['blaize'],
  connect: ['blaize'],
  // A file with the same answer.
  static: ['blaize'],
};

/** @type {readonly Case[]} */
export const CASES = [
  {
    name: 'json',
    title: 'static route, JSON',
    group: 'chain',
    routes: 0,
    path: '/json',
    status: 200,
    answer: { message: 'Hello, World!' },
  },
  {
    name: 'chain',
    title: 'five async middlewares',
    group: 'chain',
    routes: 0,
    path: '/chain',
    status: 200,
    answer: { message: 'Hello, World!' },
  },
  {
    name: 'hooks',
    title: 'five middlewares of onRequest and onSend',
    group: 'chain',
    only: ['blaize'],
    routes: 0,
    path: '/hooks',
    status: 200,
    answer: { message: 'Hello, World!' },
  },
  ...Object.entries(BUILT_IN).map(([name, only]) => ({
    name,
    title:
      name === 'protection' ? 'CORS, security headers and CSRF together' : `built-in middleware: ${name}`,
    group: 'chain',
    only,
    routes: 0,
    path: name === 'static' ? '/files/hello.json' : `/with/${name}`,
    ...(SENT_HEADERS[name] && { headers: SENT_HEADERS[name] }),
    status: 200,
    answer: { message: 'Hello, World!' },
  })),
  {
    name: 'metrics',
    title: 'static route, JSON, with metrics()',
    group: 'chain',
    only: ['blaize'],
    routes: 0,
    metrics: true,
    path: '/json',
    status: 200,
    answer: { message: 'Hello, World!' },
  },
  {
    name: 'param',
    title: 'parameter and query',
    routes: 0,
    path: '/users/42?verbose=1&page=2',
    status: 200,
    answer: { id: '42', verbose: '1', page: '2' },
  },
  {
    name: 'post',
    title: 'POST, checked with zod',
    routes: 0,
    path: '/items',
    body: item,
    bodyFile: itemFile,
    status: 201,
    answer: { id: 1, ...JSON.parse(item) },
  },
  lookup(200, {}),
  lookup(10, { name: 'routes-10', only: ['blaize'] }),
  lookup(10_000, { name: 'routes-10000', only: ['blaize'] }),
  // With more streams, requests that are in flight at the end, and not counted, would be a large part of all requests.
  { name: 'stream', title: 'stream of 1 MiB', routes: 0, path: '/stream', status: 200, streams: 4 },
];

/**
 * Cases in the groups in which they are measured.
 *
 * @param {readonly Case[]} cases
 * @returns {Case[][]}
 */
export function inGroups(cases) {
  /** @type {Map<string, Case[]>} */
  const groups = new Map();
  for (const one of cases) {
    const name = one.group ?? one.name;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}
