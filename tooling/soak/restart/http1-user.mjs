import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { setImmediate } from 'node:timers/promises';

import { check } from './calls.mjs';

/** @import { Answered, Call, Request } from './calls.mjs' */

/** @import { ClientRequest, IncomingMessage } from 'node:http' */

/**
 * A client with one HTTP/1.1 connection, which it keeps until `Connection: close` or the connection's end. It never sends a
 * request twice.
 */
export class Http1User {
  #url;
  #agent;
  #request;
  #idleSince = 0;
  connections = 0;
  /** @type {Map<string, number>} HTTP/1.1 has no way to say that a request was not seen */
  retries = new Map();

  /** @param {string} url @param {string} ca */
  constructor(url, ca) {
    const secure = url.startsWith('https:');
    this.#url = url;
    this.#request = secure ? requestHttps : requestHttp;
    const settings = { keepAlive: true, maxSockets: 1 };
    this.#agent = secure
      ? new HttpsAgent({ ...settings, ca, ALPNProtocols: ['http/1.1'] })
      : new HttpAgent(settings);
  }

  /** @param {Call} call @returns {Promise<void>} rejects if the answer is not as expected */
  async send(call) {
    check(call, await this.request(call));
  }

  /** @param {Request} sent @returns {Promise<Answered>} rejects if there is no whole answer */
  async request({ method, path, headers, content }) {
    // Like curl, checks for received data before it reuses the connection.
    await setImmediate();
    const request = this.#request(this.#url + path, {
      agent: this.#agent,
      method,
      headers: { ...headers, ...(content && { 'content-length': content.length }) },
    });
    try {
      return await this.#exchange(request, content);
    } catch (error) {
      const how = request.reusedSocket
        ? `on a connection that was idle for ${Math.round(performance.now() - this.#idleSince)} ms`
        : 'on a new connection';
      throw new Error(`${error instanceof Error ? error.message : error}, ${how}`, { cause: error });
    } finally {
      this.#idleSince = performance.now();
    }
  }

  /** @param {ClientRequest} request @param {Buffer | undefined} content @returns {Promise<Answered>} */
  async #exchange(request, content) {
    const response = await /** @type {Promise<IncomingMessage>} */ (
      new Promise((resolve, reject) => {
        request.once('response', resolve).on('error', reject);
        request.once('socket', () => {
          if (!request.reusedSocket) this.connections++;
        });
        request.end(content);
      })
    );
    let received = '';
    for await (const chunk of response.setEncoding('utf8')) received += chunk;
    return { status: response.statusCode, headers: response.headers, content: received };
  }

  close() {
    this.#agent.destroy();
  }
}
