import { Duplex } from 'node:stream';

/** @import { Server } from 'node:net' */

/** A connection to an HTTP/1.1 server of this process, without a socket: what remains is what the server does. */
export class MemoryClient extends Duplex {
  /** @type {() => void} */
  #answered = () => {};

  /** @param {Server} server */
  constructor(server) {
    super();
    server.emit('connection', this);
  }

  /**
   * Resolves when the answer is written, which has to be in one piece, and all that the server does after that is done.
   *
   * @param {Buffer} request
   */
  ask(request) {
    return new Promise((resolve) => {
      this.#answered = () => setImmediate(resolve);
      this.push(request);
    });
  }

  /** @override */
  _read() {}

  /**
   * @override
   * @param {Buffer} _chunk
   * @param {string} _encoding
   * @param {() => void} done
   */
  _write(_chunk, _encoding, done) {
    done();
    this.#answered();
  }

  /** @override @param {unknown[]} _chunks @param {() => void} done */
  _writev(_chunks, done) {
    done();
    this.#answered();
  }

  // What a server asks of sockets.
  setTimeout() {
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }
}
