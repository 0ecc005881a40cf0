import { connect, constants } from 'node:http2';
import { setImmediate } from 'node:timers/promises';

import { readAll } from '../traffic/target.mjs';
import { check } from './calls.mjs';

/** @import { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2' */
/** @import { Answered, Call, Request } from './calls.mjs' */

const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/**
 * A client with one HTTP/2 session at a time, which it leaves after a GOAWAY. It repeats on another session only requests
 * that the server says it has not seen, or that were never sent (RFC 9113 sections 6.8 and 8.7).
 */
export class Http2User {
  #url;
  #ca;
  /** @type {ClientHttp2Session | undefined} */
  #session;
  /** @type {WeakMap<ClientHttp2Session, number>} the highest stream that the server has seen, according to its GOAWAY */
  #lastSeen = new WeakMap();
  connections = 0;
  /** @type {Map<string, number>} how often something was sent again, by the reason */
  retries = new Map();

  /** @param {string} url @param {string} ca */
  constructor(url, ca) {
    this.#url = url;
    this.#ca = ca;
  }

  /** @param {Call} call @returns {Promise<void>} rejects if the answer is not as expected */
  async send(call) {
    check(call, await this.request(call));
  }

  /** @param {Request} sent @returns {Promise<Answered>} rejects if there is no whole answer */
  async request({ method, path, headers, content }) {
    await setImmediate();
    for (;;) {
      const session = this.#open();
      const stream = session.request({
        ':method': method,
        ':path': path,
        ...headers,
        ...(content && { 'content-length': content.length }),
      });
      try {
        return await exchange(stream, content);
      } catch (error) {
        const reason = this.#whyUnseen(session, stream);
        if (reason === undefined) {
          const seen = this.#lastSeen.get(session) ?? 'none';
          const message = error instanceof Error ? error.message : error;
          throw new Error(`${message}, on stream ${stream.id} of a session whose last is ${seen}`, {
            cause: error,
          });
        }
        this.retries.set(reason, (this.retries.get(reason) ?? 0) + 1);
      }
    }
  }

  #open() {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connect(this.#url, { ca: this.#ca });
    this.connections++;
    const leave = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on('goaway', (_code, lastStream) => {
      this.#lastSeen.set(session, lastStream);
      leave();
    });
    // Its streams report its errors.
    session.on('close', leave).on('error', leave);
    return (this.#session = session);
  }

  /**
   * @param {ClientHttp2Session} session
   * @param {ClientHttp2Stream} stream
   * @returns {string | undefined} why the server has certainly not begun to process it
   */
  #whyUnseen(session, stream) {
    if (stream.rstCode === NGHTTP2_REFUSED_STREAM) return 'REFUSED_STREAM';
    const lastSeen = this.#lastSeen.get(session);
    if (lastSeen === undefined) return undefined;
    if (stream.id === undefined) return 'not sent, after GOAWAY';
    return stream.id > lastSeen ? 'above the last stream of GOAWAY' : undefined;
  }

  close() {
    this.#session?.close();
  }
}

/** @param {ClientHttp2Stream} stream @param {Buffer | undefined} sent @returns {Promise<Answered>} */
async function exchange(stream, sent) {
  /** @type {IncomingHttpHeaders & IncomingHttpStatusHeader} */
  let headers = {};
  stream.on('response', (received) => (headers = received));
  stream.end(sent);
  const content = (await readAll(stream, () => stream.rstCode === NGHTTP2_NO_ERROR)).toString();
  const status = headers[':status'];
  // Node reports only some of the codes as errors.
  if (stream.rstCode !== NGHTTP2_NO_ERROR) {
    throw new Error(
      `Stream closed with code ${stream.rstCode} after status ${status} and ${content.length} bytes`,
    );
  }
  return { status, headers, content };
}
