/** The load of the restart test, in its own process. */
import { setTimeout } from 'node:timers/promises';

import { answerParent } from '../processes.mjs';
import { anyCall } from './calls.mjs';
import { Http1User } from './http1-user.mjs';
import { Http2User } from './http2-user.mjs';

/**
 * @typedef {object} Tally What became of the requests over one protocol.
 * @property {string} protocol
 * @property {number} answered
 * @property {number} connections
 * @property {Record<string, number>} retries by reason
 * @property {string[]} failures
 */

// For HTTP/1.1, over cleartext and TLS each; for HTTP/2, the number of sessions, and of concurrent requests on each.
const CONNECTIONS = 12;
const SESSIONS = 3;
const STREAMS = 8;
// Maximum milliseconds between an answer and the next request for half of the users. The other half does not wait.
const PAUSE = 300;
// Milliseconds after which an answer counts as lost.
const PATIENCE = 10_000;

let running = true;
let lastRestart = { number: 0, at: performance.now() };
/** @type {{ user: Http1User | Http2User, tally: Tally }[]} */
const users = [];
/** @type {Promise<void>[]} */
const loops = [];

/** @param {Http1User | Http2User} user @param {Tally} tally @param {boolean} pauses */
async function use(user, tally, pauses) {
  while (running) {
    const call = anyCall();
    const late = new AbortController();
    try {
      await Promise.race([user.send(call), tooLate(late.signal)]);
      tally.answered++;
    } catch (error) {
      const after = Math.round(performance.now() - lastRestart.at);
      const message = error instanceof Error ? error.message : String(error);
      tally.failures.push(`${call.kind}: ${message}, ${after} ms after restart ${lastRestart.number}`);
      // A server that never comes back must not fill the list.
      await setTimeout(100);
    } finally {
      late.abort();
    }
    if (pauses) await setTimeout(Math.random() * PAUSE);
  }
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
async function tooLate(signal) {
  await setTimeout(PATIENCE, undefined, { signal });
  throw new Error(`Nothing after ${PATIENCE / 1000} s`);
}

/**
 * @param {string} protocol
 * @param {(Http1User | Http2User)[]} all
 * @param {number} atATime concurrent requests of each
 */
function begin(protocol, all, atATime) {
  /** @type {Tally} */
  const tally = { protocol, answered: 0, connections: 0, retries: {}, failures: [] };
  for (const user of all) {
    users.push({ user, tally });
    for (let index = 0; index < atATime; index++) loops.push(use(user, tally, loops.length % 2 === 0));
  }
}

answerParent({
  begin({ http, https, ca }) {
    /** @template T @param {number} length @param {() => T} make */
    const times = (length, make) => Array.from({ length }, make);
    begin(
      'HTTP/1.1',
      times(CONNECTIONS, () => new Http1User(http, ca)),
      1,
    );
    begin(
      'HTTP/1.1 over TLS',
      times(CONNECTIONS, () => new Http1User(https, ca)),
      1,
    );
    begin(
      'HTTP/2',
      times(SESSIONS, () => new Http2User(https, ca)),
      STREAMS,
    );
  },
  restart(number) {
    lastRestart = { number, at: performance.now() };
  },
  async end() {
    running = false;
    await Promise.all(loops);
    for (const { user, tally } of users) {
      tally.connections += user.connections;
      for (const [reason, count] of user.retries)
        tally.retries[reason] = (tally.retries[reason] ?? 0) + count;
      user.close();
    }
    return [...new Set(users.map(({ tally }) => tally))];
  },
});
