/** Sends one request over the real protocol, and checks its answer. */
import { once } from 'node:events';
import { get, request } from 'node:http';
import { connect } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';

/** @import { IncomingMessage } from 'node:http' */
/** @import { Case, Protocol } from './cases.mjs' */

/** @typedef {{ status: number, type: string, body: Buffer }} Answer */

const MIB = 2 ** 20;

/**
 * @param {Protocol} protocol
 * @param {number} port
 * @param {Pick<Case, 'path' | 'headers' | 'body'>} request
 * @param {string} ca the certificate that the server has
 * @returns {Promise<Answer>}
 */
export function ask(protocol, port, request, ca) {
  return protocol === 'h1' ? askHttp1(port, request) : askHttp2(port, request, ca);
}

/**
 * @param {Pick<Case, 'status' | 'answer'>} expected
 * @param {Answer} answer
 * @returns {string | undefined} what is wrong with it
 */
export function problemWith(expected, { status, type, body }) {
  if (status !== expected.status) return `status ${status}: ${body.toString().slice(0, 200)}`;
  const wanted = expected.answer === undefined ? 'application/octet-stream' : 'application/json';
  if (type.split(';')[0] !== wanted) return `content-type "${type}"`;
  if (expected.answer === undefined) {
    return body.length === MIB ? undefined : `${body.length} bytes`;
  }
  const text = body.toString();
  return isDeepStrictEqual(JSON.parse(text), expected.answer) ? undefined : `body ${text}`;
}

/** @param {number} port @param {Pick<Case, 'path' | 'headers' | 'body'>} request @returns {Promise<Answer>} */
async function askHttp1(port, { path, headers: sent = {}, body }) {
  const options = { host: '127.0.0.1', port, path, headers: sent, agent: false };
  const headers = {
    ...sent,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body ?? ''),
  };
  const outgoing =
    body === undefined ? get(options) : request({ ...options, method: 'POST', headers }).end(body);
  const [incoming] = /** @type {[IncomingMessage]} */ (await once(outgoing, 'response'));
  const type = incoming.headers['content-type'] ?? '';
  return { status: incoming.statusCode ?? 0, type, body: await buffer(incoming) };
}

/** @param {number} port @param {Pick<Case, 'path' | 'headers' | 'body'>} request @param {string} ca @returns {Promise<Answer>} */
async function askHttp2(port, { path, headers: sent, body }, ca) {
  const session = connect(`https://127.0.0.1:${port}`, { ca });
  try {
    const failed = once(session, 'error').then(([error]) => Promise.reject(/** @type {Error} */ (error)));
    const stream = session.request(
      body === undefined
        ? { ...sent, ':path': path }
        : { ...sent, ':method': 'POST', ':path': path, 'content-type': 'application/json' },
    );
    stream.end(body);
    const [headers] = await Promise.race([once(stream, 'response'), failed]);
    const type = String(headers['content-type']);
    return { status: Number(headers[':status']), type, body: await buffer(stream) };
  } finally {
    session.destroy();
  }
}
