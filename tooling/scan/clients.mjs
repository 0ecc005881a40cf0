/** Clients of both protocols that accept the certificate of the scan. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** @import { IncomingMessage } from 'node:http' */

/** @typedef {{ status: number, headers: Headers, body: string }} Answer */
/** @typedef {{ method?: string, headers?: Record<string, string>, body?: string }} Request */
/** @typedef {((path: string, request?: Request) => Promise<Answer>) & { close: () => void }} Ask */

/** @type {Readonly<Record<string, (url: URL) => Ask>>} */
export const CLIENTS = {
  'HTTP/1.1': (url) =>
    Object.assign(
      async (
        /** @type {string} */ path,
        /** @type {Request} */ { method = 'GET', headers = {}, body } = {},
      ) => {
        const outgoing = request(new URL(path, url), {
          method,
          headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
          agent: false,
          rejectUnauthorized: false,
        });
        outgoing.end(body);
        const [incoming] = /** @type {[IncomingMessage]} */ (await once(outgoing, 'response'));
        // A request that was refused early may be broken off.
        outgoing.on('error', () => undefined);
        return {
          status: incoming.statusCode ?? 0,
          headers: toHeaders(incoming.headers),
          body: await text(incoming),
        };
      },
      { close: () => undefined },
    ),
  'HTTP/2': (url) => {
    const session = connect(url, { rejectUnauthorized: false });
    return Object.assign(
      async (
        /** @type {string} */ path,
        /** @type {Request} */ { method = 'GET', headers = {}, body } = {},
      ) => {
        const stream = session.request(
          { ':path': path, ':method': method, ...headers },
          { endStream: body === undefined },
        );
        if (body !== undefined) stream.end(body);
        const [head] = await once(stream, 'response');
        stream.on('error', () => undefined);
        return {
          status: Number(head[':status']),
          headers: toHeaders(head),
          body: await text(stream).catch(() => ''),
        };
      },
      { close: () => session.destroy() },
    );
  },
};

/** @param {Readonly<Record<string, unknown>>} fields */
function toHeaders(fields) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(':')) continue;
    for (const line of [value].flat()) headers.append(name, String(line));
  }
  return headers;
}
