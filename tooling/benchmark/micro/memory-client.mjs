import { Duplex } from 'node:stream';

/** @import { Server } from 'node:net' */

/** A connection to an HTTP/1.1 server in this process, without a socket, so that only the server's work is measured. */
export class MemoryClient extends Duplex {
  /** @type {() => void} */
  #answered = () => {};

  /** @param {Server} server */
  constructor(server) {
    super();
    server.emit('connection', this);
  }

  /**
   * Resolves when the answer has been written, in one piece, and the server has finished its work after that.
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

  // The methods of sockets that a server calls.
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

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
