/** The clients of the soak, in their own process. */
import { setTimeout } from 'node:timers/promises';

import { answerParent } from '../processes.mjs';
import { answered } from './answered.mjs';
import { endAll } from './connections.mjs';
import { departures } from './departures.mjs';
import { Http1Target } from './http1-target.mjs';
import { Http2Target } from './http2-target.mjs';
import { rawKinds } from './raw.mjs';
import { Reloads } from './reloads.mjs';

/** @import { Target } from './target.mjs' */

/**
 * @typedef {object} Count How often something was tried over one protocol, and what went wrong.
 * @property {string} kind
 * @property {string} protocol
 * @property {number} good
 * @property {string[]} failures
 */

// The number of concurrent clients.
const CLIENTS = 16;
// Milliseconds after which an answer counts as lost.
const PATIENCE = 10_000;
// Milliseconds between two changes of route files.
const RELOAD_EVERY = 1000;

/** @type {Map<string, Count>} */
const counts = new Map();
/** @type {Target[]} */
let targets = [];
/** @type {(() => Promise<void>)[]} */
let tasks = [];
/** @type {Reloads | undefined} */
let reloads;
/** @type {Promise<unknown>[]} */
let loops = [];
let running = false;

/** @param {string} kind @param {string} protocol @param {() => Promise<void>} work */
async function count(kind, protocol, work) {
  const key = `${kind} ${protocol}`;
  const entry = counts.get(key) ?? { kind, protocol, good: 0, failures: [] };
  counts.set(key, entry);
  const late = new AbortController();
  try {
    await Promise.race([
      work(),
      setTimeout(PATIENCE, undefined, { signal: late.signal }).then(() => {
        throw new Error(`Nothing after ${PATIENCE / 1000} s`);
      }),
    ]);
    entry.good++;
  } catch (error) {
    entry.failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    late.abort();
  }
}

async function client() {
  while (running) {
    await tasks[Math.floor(Math.random() * tasks.length)]?.();
    await setTimeout(Math.random() * 10);
  }
}

async function reload() {
  while (running) {
    await count('reload', 'any', async () => reloads?.change());
    await setTimeout(RELOAD_EVERY);
  }
}

answerParent({
  meet({ http, https, ca, folder }) {
    targets = [new Http1Target(http, ca), new Http1Target(https, ca), new Http2Target(https, ca)];
    reloads = new Reloads(folder, targets);
    tasks = targets.flatMap((target) => {
      // The last ones are rare, since a refused connection stays for a while.
      const kinds = [answered, answered, departures, answered, departures, rawKinds(target)];
      return kinds.flatMap(Object.entries).map(
        ([kind, work]) =>
          () =>
            count(kind, target.protocol, () => work(target)),
      );
    });
  },
  go({ reloading }) {
    running = true;
    loops = Array.from({ length: CLIENTS }, client);
    if (reloading) loops.push(reload());
  },
  /** Closes all connections. */
  async pause() {
    running = false;
    await Promise.all(loops);
    const rests = Promise.all(targets.map((target) => target.rest()));
    await count('connections end', 'any', async () => void (await rests));
    await endAll();
    return [...counts.values()];
  },
});
