/** The load of the production test, in its own process. */
import { setTimeout } from 'node:timers/promises';

import { answerParent } from '../processes.mjs';
import { Http1User } from '../restart/http1-user.mjs';
import { Http2User } from '../restart/http2-user.mjs';
import { Visitor } from './visitor.mjs';

/** @import { Tally } from './visitor.mjs' */

// Maximum milliseconds between an answer and the next request.
const PAUSE = 80;

let running = true;
/** @type {{ visitor: Visitor, tally: Tally }[]} */
const visitors = [];
/** @type {Promise<void>[]} */
const loops = [];

/** @param {Visitor} visitor */
async function use(visitor) {
  while (running) {
    await visitor.visit();
    await setTimeout(Math.random() * PAUSE);
  }
}

answerParent({
  async begin({ https, passed, ca }) {
    const ways = [
      // A proxy that ends TLS knows nothing about the app, so nobody writes here: see the README.
      { way: 'HAProxy, https', url: https, kinds: /** @type {const} */ (['reads', 'reads', 'browses']) },
      { way: 'HAProxy, tcp', url: passed, kinds: /** @type {const} */ (['reads', 'writes', 'browses']) },
    ];
    for (const { way, url, kinds } of ways) {
      for (const [protocol, User] of /** @type {const} */ ([
        ['HTTP/1.1', Http1User],
        ['HTTP/2', Http2User],
      ])) {
        /** @type {Tally} */
        const tally = {
          name: `${protocol} (${way})`,
          answered: 0,
          again: {},
          waited: 0,
          slowest: 0,
          failures: [],
          traces: [],
        };
        for (const kind of kinds)
          visitors.push({ tally, visitor: new Visitor(new User(url, ca), tally, kind) });
      }
    }
    for (const { visitor } of visitors) await visitor.signUp();
    for (const { visitor, tally } of visitors) {
      // Several requests at a time on a session.
      const atATime = tally.name.startsWith('HTTP/2') ? 3 : 1;
      for (let index = 0; index < atATime; index++) loops.push(use(visitor));
    }
  },
  async end() {
    running = false;
    await Promise.all(loops);
    for (const { visitor, tally } of visitors) {
      for (const [reason, count] of visitor.unseen) tally.again[reason] = (tally.again[reason] ?? 0) + count;
      tally.failures.push(...(await visitor.check()));
      visitor.close();
    }
    const bookmarks = visitors.reduce((sum, { visitor }) => sum + visitor.bookmarks.size, 0);
    return { tallies: [...new Set(visitors.map(({ tally }) => tally))], bookmarks };
  },
});
