/** @import { Readable, Writable } from 'node:stream' */

/**
 * @typedef {object} Head The begin of an answer.
 * @property {number} status
 * @property {Record<string, string | string[] | undefined>} headers
 * @property {Readable} content
 * @property {() => boolean} isComplete once the content has ended: whether it was complete
 */

/**
 * @typedef {object} Begun A request whose header fields are sent.
 * @property {Writable} content
 * @property {Promise<Head>} head
 * @property {() => void} release releases it, once its answer has been read
 * @property {() => Promise<void>} cancel cancels it, as cleanly as the protocol allows: with RST_STREAM, or the connection's
 * end
 * @property {() => Promise<void>} cut resets its connection
 */

/**
 * @typedef {object} RequestOptions
 * @property {string} [method] default: GET
 * @property {Record<string, string | number>} [headers]
 * @property {boolean} [hasContent] whether `content` will be written and ended; default: false
 * @property {boolean} [fresh] whether to use a new connection; default: sometimes
 */

/**
 * @typedef {object} Target A server, by one protocol.
 * @property {string} protocol
 * @property {string} url
 * @property {string} ca
 * @property {(path: string, options?: RequestOptions) => Begun} begin
 * @property {() => Promise<void>} rest closes the idle connections
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string | string[] | undefined>} headers
 * @property {Buffer} content
 */

// The fraction of requests on a new connection.
const FRESH = 0.2;

export function isFresh() {
  return Math.random() < FRESH;
}

/**
 * Sends a request and reads the whole answer.
 *
 * @param {Target} target
 * @param {string} path
 * @param {RequestOptions & { send?: string | Buffer }} [options]
 * @returns {Promise<Answer>} rejects if it is lost or breaks off
 */
export async function ask(target, path, { send, ...options } = {}) {
  const bytes = send === undefined ? undefined : Buffer.from(send);
  const headers = { ...(bytes && { 'content-length': bytes.length }), ...options.headers };
  const { content, head, release } = target.begin(path, {
    ...options,
    headers,
    hasContent: bytes !== undefined,
  });
  if (bytes) content.end(bytes);
  const answer = await read(await head);
  release();
  return answer;
}

/** @param {Head} head @returns {Promise<Answer>} rejects if it breaks off */
export async function read({ status, headers, content, isComplete }) {
  const bytes = await readAll(content, isComplete);
  if (!isComplete()) throw new Error(`The answer was broken off after ${bytes.length} bytes`);
  return { status, headers, content: bytes };
}

/**
 * Reads to the end. A server that has answered may reset the rest of the request with NO_ERROR, which does not affect its
 * answer (RFC 9113 section 8.1). If the reset arrives together with the end, Node's client misses the end.
 *
 * @param {Readable} content
 * @param {() => boolean} isComplete
 */
export async function readAll(content, isComplete) {
  /** @type {Buffer[]} */
  const chunks = [];
  try {
    for await (const chunk of content) chunks.push(chunk);
  } catch (error) {
    const premature =
      error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!premature || !isComplete()) throw error;
  }
  return Buffer.concat(chunks);
}

/** @param {Readable | Writable} stream */
export async function closed(stream) {
  if (stream.closed) return;
  await new Promise((resolve) => stream.once('close', resolve));
}
