import { connect, constants } from 'node:http2';

import { cutOff, open } from './connections.mjs';
import { closed, isFresh } from './target.mjs';

/** @import { OutgoingHttpHeaders } from 'node:http2' */
/** @import { Begun, Head, RequestOptions, Target } from './target.mjs' */

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

// The number of requests on a session before it is replaced.
const SHARED_BY = 100;

/** @implements {Target} */
export class Http2Target {
  protocol = 'HTTP/2';
  url;
  ca;
  /** @type {Session | undefined} */
  #shared;
  /** @type {Set<Session>} */
  #sessions = new Set();

  /** @param {string} url @param {string} ca */
  constructor(url, ca) {
    this.url = url;
    this.ca = ca;
  }

  /** @param {string} path @param {RequestOptions} [options] @returns {Begun} */
  begin(path, { method = 'GET', headers = {}, hasContent = false, fresh = isFresh() } = {}) {
    const session = fresh ? this.#connect() : this.#share();
    const stream = session.request({ ':method': method, ':path': path, ...headers }, !hasContent);
    if (fresh) session.leave();
    // `closed` is true before the stream is actually closed.
    const ended = new Promise((resolve) => stream.once('close', resolve));
    /** @type {Promise<Head>} */
    const head = new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.once('close', () => reject(new Error(`The stream was closed with code ${stream.rstCode}`)));
      stream.once('response', (received) => {
        const { ':status': status = 0, ...rest } = received;
        const isComplete = () => stream.rstCode === NGHTTP2_NO_ERROR;
        resolve({ status, headers: rest, content: stream, isComplete });
      });
    });
    // A client that leaves does not wait for the answer.
    head.catch(() => undefined);
    return {
      content: stream,
      head,
      // Node 24 keeps a stream that was reset with NO_ERROR before its content was sent.
      release: () => void (stream.writableFinished || stream.destroy()),
      cancel: async () => {
        stream.close(NGHTTP2_CANCEL);
        // Even if it is already closed, with content that is not written.
        stream.destroy();
        await ended;
      },
      cut: async () => {
        await cutOff(session.socket);
        stream.destroy();
        await ended;
      },
    };
  }

  #share() {
    if (this.#shared && !this.#shared.isOver && this.#shared.requests < SHARED_BY) return this.#shared;
    this.#shared?.leave();
    return (this.#shared = this.#connect());
  }

  #connect() {
    const session = new Session(this.url, this.ca);
    this.#sessions.add(session);
    session.socket.once('close', () => this.#sessions.delete(session));
    return session;
  }

  async rest() {
    const sessions = [...this.#sessions];
    this.#shared = undefined;
    for (const session of sessions) session.leave();
    await Promise.all(sessions.map(({ socket }) => closed(socket)));
  }
}

/** A session that ends once it has been released and has no requests left. */
class Session {
  socket;
  requests = 0;
  #session;
  #open = 0;
  #left = false;

  /** @param {string} url @param {string} ca */
  constructor(url, ca) {
    const socket = open(url, { ca, protocols: ['h2'] });
    this.socket = socket;
    this.#session = connect(url, { createConnection: () => socket });
    // Its streams report its errors.
    this.#session.on('error', () => undefined);
  }

  get isOver() {
    return this.#session.closed || this.#session.destroyed;
  }

  /** @param {OutgoingHttpHeaders} headers @param {boolean} endStream */
  request(headers, endStream) {
    const stream = this.#session.request(headers, { endStream });
    this.requests++;
    this.#open++;
    stream.once('close', () => {
      this.#open--;
      if (this.#left) this.leave();
    });
    return stream;
  }

  // Not at once: Node would send GOAWAY before requests that wait for the connection.
  leave() {
    this.#left = true;
    if (this.#open === 0) this.#session.close();
  }
}
