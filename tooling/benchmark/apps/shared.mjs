/** What all apps have in common: the answers, the schema and the stream. How to serve them is each app's own. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

import { z } from 'zod';

/** @import { Server } from 'node:net' */

/**
 * @typedef {object} AppOptions
 * @property {'h1' | 'h2'} protocol HTTP/1.1 in cleartext, or HTTP/2 over TLS
 * @property {number} routes how many `/rN/:id` there are besides the app's own routes
 * @property {boolean} [metrics] whether to measure requests, for BlaizeJS
 * @property {string} keyFile PEM
 * @property {string} certFile PEM
 */

export const HOST = '127.0.0.1';

/** Of pages that may read answers. */
export const ORIGIN = 'https://app.example.com';

export const Item = z.object({
  name: z.string().min(1).max(100),
  price: z.number().positive(),
  quantity: z.int().min(0),
  tags: z.array(z.string()).max(10),
  available: z.boolean(),
});

export const hello = () => ({ message: 'Hello, World!' });

const CHUNK = Buffer.alloc(64 * 1024, 'blaize');
const CHUNKS = 16;

/** 1 MiB, read in chunks of 64 KiB. */
export function bytes() {
  let given = 0;
  return new Readable({
    highWaterMark: CHUNK.length,
    read() {
      this.push(given++ < CHUNKS ? CHUNK : null);
    },
  });
}

/** @param {Pick<AppOptions, 'keyFile' | 'certFile'>} options */
export function credentials({ keyFile, certFile }) {
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

/** @param {Server} server @returns {Promise<number>} the port that it took */
export function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, HOST, () => resolve(portOf(server)));
  });
}

/** @param {unknown} server one of Node's */
export function portOf(server) {
  const address = /** @type {Server} */ (server).address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
