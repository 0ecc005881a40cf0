/** @import { Protocol } from './cases.mjs' */

/**
 * @typedef {object} Framework
 * @property {string} name of its file in `apps/`
 * @property {string} title
 * @property {readonly Protocol[]} protocols
 * @property {readonly string[]} packages whose versions the results name
 */

/** @type {readonly Framework[]} */
export const FRAMEWORKS = [
  { name: 'raw-http', title: 'node:http', protocols: ['h1'], packages: [] },
  { name: 'raw-http2', title: 'node:http2, streams', protocols: ['h2'], packages: [] },
  { name: 'raw-http2-compat', title: 'node:http2, compatibility', protocols: ['h2'], packages: [] },
  { name: 'blaize', title: 'BlaizeJS', protocols: ['h1', 'h2'], packages: ['blaizejs'] },
  { name: 'fastify', title: 'Fastify', protocols: ['h1', 'h2'], packages: ['fastify'] },
  { name: 'hono', title: 'Hono', protocols: ['h1', 'h2'], packages: ['hono', '@hono/node-server'] },
  { name: 'h3', title: 'h3', protocols: ['h1', 'h2'], packages: ['h3'] },
  { name: 'koa', title: 'Koa', protocols: ['h1', 'h2'], packages: ['koa', '@koa/router'] },
  { name: 'express', title: 'Express', protocols: ['h1'], packages: ['express'] },
];

/** What a framework can't be faster than. @type {Readonly<Record<Protocol, string>>} */
export const FLOOR = { h1: 'raw-http', h2: 'raw-http2' };

/** The frameworks that others are compared with. */
export const RIVAL = 'fastify';

/**
 * The selected frameworks: by name, or by prefix, such as `raw`.
 *
 * @param {readonly string[]} names an empty list selects all
 * @param {Protocol} protocol
 */
export function select(names, protocol) {
  return FRAMEWORKS.filter(
    ({ name, protocols }) =>
      protocols.includes(protocol) &&
      (names.length === 0 || names.some((wanted) => name === wanted || name.startsWith(`${wanted}-`))),
  );
}
