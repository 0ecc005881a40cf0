import { setTimeout } from 'node:timers/promises';

import { cutOff, open } from './connections.mjs';
import { closed } from './target.mjs';

/** @import { Socket } from 'node:net' */
/** @import { Target } from './target.mjs' */

/** @typedef {(target: Target) => Promise<void>} Kind */

const HOST = 'Host: localhost\r\n';

/** Heads that RFC 9112 refuses, or that are too large; each is answered with 4xx and the end of the connection. */
const BAD_HEADS = [
  'GARBAGE\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  `GET / HTTP/1.1\r\n${HOST}Content-Length: abc\r\n\r\n`,
  `GET / HTTP/1.1\r\n${HOST} folded: line\r\nX Y: z\r\n\r\n`,
  `POST /upload HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello`,
  `GET / HTTP/1.1\r\n${HOST}X-Large: ${'x'.repeat(40_000)}\r\n\r\n`,
];

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = frame(0x4, 0, 0);

/** Frames that every HTTP/2 server refuses (RFC 9113), by ending the connection. */
const BAD_FRAMES = {
  'HTTP/2 without its preface': Buffer.from('NOT * HTTP/2.0\r\n\r\nNO\r\n\r\n'),
  'DATA on stream 0': Buffer.concat([PREFACE, SETTINGS, frame(0x0, 0, 0, Buffer.from('data'))]),
  'fields that do not decode': Buffer.concat([PREFACE, SETTINGS, frame(0x1, 0x5, 1, Buffer.alloc(20, 0xff))]),
  'frame that is too large': Buffer.concat([PREFACE, SETTINGS, frame(0x0, 0, 1, Buffer.alloc(20_000))]),
};

/** @param {number} type @param {number} flags @param {number} stream @param {Buffer} [payload] */
function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/**
 * Sends bytes, and returns everything received until the server ends the connection.
 *
 * @param {Socket} socket
 * @param {string | Buffer} bytes
 * @returns {Promise<string>}
 */
async function untilEnd(socket, bytes) {
  let text = '';
  // A reset counts as the end.
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => (text += chunk));
  socket.write(bytes);
  await closed(socket);
  return text;
}

/** @type {Record<string, Kind>} */
const http1 = {
  async 'pipelined requests'(target) {
    const requests = ['a', 'b', 'c'].map(
      (name) => `GET /hello/${name} HTTP/1.1\r\n${HOST}${name === 'c' ? 'Connection: close\r\n' : ''}\r\n`,
    );
    const text = await untilEnd(open(target.url, target), requests.join(''));
    const names = [...text.matchAll(/\{"hello":"(.)"\}/g)].map(([, name]) => name).join('');
    if (names !== 'abc') throw new Error(`Answered "${names}": ${text.slice(0, 300)}`);
  },
  async 'malformed head'(target) {
    const bytes = BAD_HEADS[Math.floor(Math.random() * BAD_HEADS.length)] ?? '';
    const text = await untilEnd(open(target.url, target), bytes);
    if (!/^HTTP\/1\.1 4\d\d /.test(text)) throw new Error(`${bytes.slice(0, 80)} got "${text.slice(0, 80)}"`);
  },
  async 'malformed chunk'(target) {
    const head = `POST /sink HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
    const text = await untilEnd(open(target.url, target), `${head}4\r\ngood\r\nnone\r\n`);
    if (/^HTTP\/1\.1 2/.test(text)) throw new Error(`Accepted: ${text.slice(0, 80)}`);
  },
  async 'leaves in the head'(target) {
    const socket = open(target.url, target);
    socket.write('GET /hello/ada HTTP/1.1\r\nHo');
    await leave(socket);
  },
};

/** @type {Record<string, Kind>} */
const http2 = {
  ...Object.fromEntries(
    Object.entries(BAD_FRAMES).map(([what, bytes]) => [
      what,
      async (/** @type {Target} */ target) => {
        await untilEnd(open(target.url, { ...target, protocols: ['h2'] }), bytes);
      },
    ]),
  ),
  async 'leaves in a frame'(target) {
    const socket = open(target.url, { ...target, protocols: ['h2'] });
    socket.write(Buffer.concat([PREFACE, SETTINGS, frame(0x1, 0x5, 1, Buffer.alloc(50)).subarray(0, 20)]));
    await leave(socket);
  },
};

/** @type {Record<string, Kind>} */
const tls = {
  async 'no TLS'({ url, ca }) {
    await untilEnd(open(url.replace('https:', 'http:'), { ca }), 'GET / HTTP/1.1\r\n\r\n');
  },
  async 'unknown ALPN'({ url, ca }) {
    await untilEnd(open(url, { ca, protocols: ['smtp'] }), 'EHLO localhost\r\n');
  },
  async 'leaves in the handshake'({ url, ca }) {
    await leave(open(url, { ca, protocols: ['h2'] }));
  },
};

/** @type {Record<string, Kind>} */
const any = {
  async 'silent connection'({ url, ca }) {
    await leave(open(url.replace('https:', 'http:'), { ca }));
  },
};

/** Goes away a little later, in one of two ways. @param {Socket} socket */
async function leave(socket) {
  socket.on('error', () => undefined);
  await setTimeout(Math.random() * 20);
  if (Math.random() < 0.5) return cutOff(socket);
  socket.destroy();
  await closed(socket);
}

/** Raw traffic that no library would send, by protocol. @param {Target} target @returns {Record<string, Kind>} */
export function rawKinds({ protocol, url }) {
  return { ...any, ...(protocol === 'HTTP/2' ? http2 : http1), ...(url.startsWith('https:') && tls) };
}
