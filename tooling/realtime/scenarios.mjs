/** @import { Scenario } from './measure.mjs' */

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  { name: 'ws-h1', title: 'WebSockets over HTTP/1.1', kind: 'ws', protocol: 'h1', perSession: 1 },
  {
    name: 'ws-h2',
    title: 'WebSockets over HTTP/2, 100 on each session',
    kind: 'ws',
    protocol: 'h2',
    perSession: 100,
  },
  {
    name: 'sse-h2',
    title: 'Event streams over HTTP/2, 100 on each session',
    kind: 'sse',
    protocol: 'h2',
    perSession: 100,
  },
];

/** With a TLS connection and a session for each: what behaves so is rarely a browser. @type {readonly Scenario[]} */
export const ALONE = SCENARIOS.filter(({ protocol }) => protocol === 'h2').map((scenario) => ({
  ...scenario,
  name: `${scenario.name}-alone`,
  title: scenario.title.replace('100 on each session', 'one on each session'),
  perSession: 1,
}));

/** What a browser leaves open between two clicks. @type {Scenario} */
export const IDLE = {
  name: 'idle-h2',
  title: 'HTTP/2 sessions without streams',
  kind: 'none',
  protocol: 'h2',
  perSession: 1,
};

/**
 * @typedef {object} Server
 * @property {string} name of its file in `servers/`
 * @property {string} title
 * @property {readonly string[]} scenarios that it can do, without `-alone`
 * @property {readonly string[]} packages whose versions the results name
 */

/** @type {readonly Server[]} */
export const SERVERS = [
  { name: 'blaize', title: 'BlaizeJS', scenarios: ['ws-h1', 'ws-h2', 'sse-h2', 'idle-h2'], packages: [] },
  {
    name: 'fastify',
    title: 'Fastify',
    scenarios: ['ws-h1', 'sse-h2', 'idle-h2'],
    packages: ['fastify', '@fastify/websocket'],
  },
  { name: 'hono', title: 'Hono', scenarios: ['ws-h1', 'sse-h2'], packages: ['hono', '@hono/node-server'] },
  { name: 'h3', title: 'h3', scenarios: ['ws-h1', 'sse-h2'], packages: ['h3', 'crossws'] },
  {
    name: 'node',
    title: 'Node and `ws`, no framework',
    scenarios: ['ws-h1', 'ws-h2', 'sse-h2', 'idle-h2'],
    packages: ['ws'],
  },
];

/** @param {Scenario} scenario */
export function serversFor({ name }) {
  return SERVERS.filter(({ scenarios }) => scenarios.includes(name.replace('-alone', '')));
}
