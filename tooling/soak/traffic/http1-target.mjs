import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

import { cutOff, open } from './connections.mjs';
import { closed, isFresh } from './target.mjs';

/** @import { IncomingMessage } from 'node:http' */
/** @import { Socket } from 'node:net' */
/** @import { Begun, Head, RequestOptions, Target } from './target.mjs' */

const PROTOCOLS = ['http/1.1'];

/** @implements {Target} */
export class Http1Target {
  protocol;
  url;
  ca;
  #agent;
  /** @type {Set<Socket>} */
  #kept = new Set();

  /** @param {string} url @param {string} ca */
  constructor(url, ca) {
    const secure = url.startsWith('https:');
    this.url = url;
    this.ca = ca;
    this.protocol = secure ? 'HTTP/1.1 over TLS' : 'HTTP/1.1';
    this.#agent = secure
      ? new HttpsAgent({ keepAlive: true, ca, ALPNProtocols: PROTOCOLS })
      : new HttpAgent({ keepAlive: true });
  }

  /** @param {string} path @param {RequestOptions} [options] @returns {Begun} */
  begin(path, { method = 'GET', headers = {}, hasContent = false, fresh = isFresh() } = {}) {
    const own = fresh ? open(this.url, { ca: this.ca, protocols: PROTOCOLS }) : undefined;
    const settings = {
      method,
      headers: { ...headers, ...(own && { connection: 'close' }) },
      ...(own ? { createConnection: () => own } : { agent: this.#agent }),
    };
    const request = this.url.startsWith('https:')
      ? requestHttps(this.url + path, settings)
      : requestHttp(this.url + path, settings);
    request.once('socket', (socket) => {
      if (own || this.#kept.has(socket)) return;
      this.#kept.add(socket);
      socket.once('close', () => this.#kept.delete(socket));
    });
    /** @type {Promise<Head>} */
    const head = new Promise((resolve, reject) => {
      request.on('error', reject);
      request.once('response', (/** @type {IncomingMessage} */ response) => {
        response.on('error', () => undefined);
        const { statusCode: status = 0, headers: fields } = response;
        resolve({ status, headers: fields, content: response, isComplete: () => response.complete });
      });
    });
    // A client that leaves does not wait for the answer.
    head.catch(() => undefined);
    if (hasContent) request.flushHeaders();
    else request.end();
    return {
      content: request,
      head,
      release: () => undefined,
      cancel: async () => {
        request.destroy();
        await closed(request);
      },
      cut: async () => {
        if (own) await cutOff(own);
        request.destroy();
        await closed(request);
      },
    };
  }

  async rest() {
    const ended = Promise.all([...this.#kept].map(closed));
    this.#agent.destroy();
    await ended;
  }
}
