/** The routes of the servers without a framework; what differs is how each API reads and writes. */
import { parse } from 'node:querystring';

import { bytes, hello, Item } from './shared.mjs';

/** @import { Readable } from 'node:stream' */

/**
 * @template {Readable} Source
 * @template Sink
 * @typedef {object} Api
 * @property {(sink: Sink, status: number, value: unknown) => void} json
 * @property {(sink: Sink, source: Readable) => void} stream
 */

const pass = async () => {};

/**
 * @template {Readable} Source
 * @template Sink
 * @param {Api<Source, Sink>} api
 * @param {number} routes
 * @returns {(method: string, target: string, source: Source, sink: Sink) => void}
 */
export function answerWith({ json, stream }, routes) {
  const numbered = new Map(Array.from({ length: routes }, (_, route) => [`r${route}`, route]));
  return (method, target, source, sink) => {
    const mark = target.indexOf('?');
    const path = mark === -1 ? target : target.slice(0, mark);
    if (method === 'POST' && path === '/items') {
      readJson(source).then(
        (value) => {
          const { success, data, error } = Item.safeParse(value);
          if (success) json(sink, 201, { id: 1, ...data });
          else json(sink, 400, { issues: error.issues });
        },
        () => json(sink, 400, {}),
      );
    } else if (method !== 'GET') json(sink, 405, {});
    else if (path === '/json') json(sink, 200, hello());
    else if (path === '/chain') void chain().then(() => json(sink, 200, hello()));
    else if (path === '/stream') stream(sink, bytes());
    else if (path.startsWith('/users/')) {
      const { verbose, page } = parse(mark === -1 ? '' : target.slice(mark + 1));
      json(sink, 200, { id: decodeURIComponent(path.slice('/users/'.length)), verbose, page });
    } else {
      const slash = path.indexOf('/', 1);
      const route = numbered.get(path.slice(1, slash));
      if (route === undefined) json(sink, 404, {});
      else json(sink, 200, { route, id: decodeURIComponent(path.slice(slash + 1)) });
    }
  };
}

async function chain() {
  await pass();
  await pass();
  await pass();
  await pass();
  await pass();
}

/** @param {Readable} source @returns {Promise<unknown>} */
export function readJson(source) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    source.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    source.on('error', reject);
    source.on('end', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch (error) {
        reject(error);
      }
    });
  });
}
