import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { Child } from '../soak/processes.mjs';
import { messageOf } from './messages.mjs';

/** @import { Certificate } from '../benchmark/certificate.mjs' */
/** @import { Kind, Memory, Protocol } from './server.mjs' */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {Kind} kind
 * @property {Protocol} protocol
 * @property {number} perSession streams of each HTTP/2 session
 */

/** @typedef {{ server: string, scenario: Scenario, certificate: Certificate, node: string }} Subject */
/**
 * @typedef {object} Cost bytes and milliseconds
 * @property {number} rss of each connection
 * @property {number} heap of each connection
 * @property {number} reached by a broadcast
 * @property {number} broadcast until all have the message
 * @property {number} peak by which the process grows meanwhile
 */

const WARM_UP = 200;
const BROADCASTS = 5;
const MESSAGE = messageOf(64);

export const SLOW_ROOM = 20;
const SLOW_MESSAGE = messageOf(4096);
const SLOW_BATCH = 20;

/** A server and its clients, each in a process of its own. */
export class Pair {
  /** @readonly */
  server;
  /** @readonly */
  clients;
  #scenario;
  #port = 0;

  /** @param {Subject} subject */
  constructor({ server, scenario, certificate: { keyFile, certFile }, node }) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#scenario = scenario;
    this.server = start('server.mjs', node, {
      ...env,
      NODE_ENV: 'production',
      SERVER: server,
      OPTIONS: JSON.stringify({ protocol: scenario.protocol, keyFile, certFile }),
    });
    // Always this Node, so that all servers have the same clients.
    this.clients = start('clients.mjs', process.execPath, env);
  }

  /** @param {number} count @param {string} [room] */
  async open(count, room = 'all') {
    const { kind, protocol, perSession } = this.#scenario;
    this.#port ||= await this.server.ask('port');
    await this.clients.ask('open', { kind, protocol, perSession, port: this.#port, count, room });
  }

  /** @returns {Promise<Memory>} */
  memory() {
    return this.server.ask('memory');
  }

  /** @param {string} text @param {number} [count] @param {string} [room] */
  publish(text, count = 1, room = 'all') {
    return this.server.ask('publish', { kind: this.#scenario.kind, room, text, count });
  }

  async end() {
    await Promise.all([this.server.kill(), this.clients.kill()]);
  }
}

/** @param {string} file @param {string} node @param {NodeJS.ProcessEnv} env */
function start(file, node, env) {
  return new Child(
    fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      env,
      execPath: node,
      // With this process's own, servers run from their sources.
      execArgv: ['--expose-gc', ...process.execArgv],
      serialization: 'advanced',
    }),
  );
}

/** What an idle connection costs, and a broadcast to all of them. @param {Pair} pair @param {number} count @returns {Promise<Cost>} */
export async function measureCost(pair, count) {
  // Code is compiled, and pools are filled.
  await pair.open(Math.min(WARM_UP, count));
  await pair.publish(MESSAGE);
  await pair.clients.ask('reach', { room: 'all', messages: 1 });
  await pair.clients.ask('close');
  const before = await pair.memory();
  await pair.open(count);
  const after = await pair.memory();
  /** @type {number[]} */
  const times = [];
  await pair.server.ask('watchPeak');
  for (let turn = 1; turn <= BROADCASTS; turn++) {
    const began = performance.now();
    await pair.publish(MESSAGE);
    await pair.clients.ask('reach', { room: 'all', messages: turn });
    times.push(performance.now() - began);
  }
  const peak = (await pair.server.ask('peak')) - after.rss;
  const { reached } = await pair.clients.ask('reached', { room: 'all', messages: BROADCASTS });
  return {
    rss: (after.rss - before.rss) / count,
    heap: (used(after) - used(before)) / count,
    reached,
    broadcast: Math.min(...times),
    peak,
  };
}

/** The bytes in V8 of a session that is open and has no streams. @param {Pair} pair @param {number} count */
export async function measureIdle(pair, count) {
  await pair.open(Math.min(WARM_UP, count));
  await pair.clients.ask('close');
  const before = await pair.memory();
  await pair.open(count);
  return (used(await pair.memory()) - used(before)) / count;
}

/**
 * By how many bytes the heap and the buffers of the server grow while one of a small room reads nothing and the others get so many messages of 4 KiB.
 *
 * @param {Pair} pair @param {number} messages
 */
export async function measureSlow(pair, messages) {
  await pair.open(SLOW_ROOM, 'slow');
  const before = await pair.memory();
  await pair.clients.ask('stall', 'slow');
  for (let sent = 0; sent < messages; sent += SLOW_BATCH) {
    await pair.publish(SLOW_MESSAGE, SLOW_BATCH, 'slow');
    await pair.clients.ask('reach', { room: 'slow', messages: sent + SLOW_BATCH, but: 1 });
  }
  const after = await pair.memory();
  const { reached } = await pair.clients.ask('reached', { room: 'slow', messages });
  return { grown: used(after) - used(before), reached };
}

/** @param {Memory} memory */
function used({ heap, outside }) {
  return heap + outside;
}
