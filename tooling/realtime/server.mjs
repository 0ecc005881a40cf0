/** The process of one server. Its parent opens connections to it, and asks what they cost. */
import { setTimeout as pause } from 'node:timers/promises';

import { answerParent } from '../soak/processes.mjs';

/** @typedef {'h1' | 'h2'} Protocol HTTP/1.1 in cleartext, or HTTP/2 over TLS */
/** @typedef {'ws' | 'sse' | 'none'} Kind of streams; `none` for sessions without any */
/** @typedef {{ protocol: Protocol, keyFile: string, certFile: string }} ServerOptions */
/**
 * @typedef {object} StartedServer
 * @property {number} port
 * @property {(kind: Kind, room: string, text: string) => unknown} publish sends a text to all members of a room
 */
/** @typedef {{ rss: number, heap: number, outside: number }} Memory bytes: of the process, of V8's heap, and of buffers */

const SAMPLE_MS = 10;

const { SERVER = '', OPTIONS = '{}' } = process.env;
/** @type {{ start: (options: ServerOptions) => Promise<StartedServer> }} */
const { start } = await import(`./servers/${SERVER}.mjs`);
const app = await start(JSON.parse(OPTIONS));
let most = 0;
/** @type {NodeJS.Timeout | undefined} */
let timer;

answerParent({
  port: () => app.port,
  /** The memory used once garbage is gone. @returns {Promise<Memory>} */
  memory: async () => {
    for (let turn = 0; turn < 6; turn++) {
      await pause(150);
      globalThis.gc?.();
    }
    await pause(300);
    const { rss, heapUsed: heap, external: outside } = process.memoryUsage();
    return { rss, heap, outside };
  },
  publish: async ({ kind, room, text, count = 1 }) => {
    for (let index = 0; index < count; index++) await app.publish(kind, room, text);
  },
  watchPeak: () => {
    most = process.memoryUsage.rss();
    clearInterval(timer);
    timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), SAMPLE_MS);
  },
  peak: () => {
    clearInterval(timer);
    return Math.max(most, process.memoryUsage.rss());
  },
  heapSnapshot: async (file) => (await import('node:v8')).writeHeapSnapshot(file),
});
