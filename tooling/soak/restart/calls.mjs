/** @import { IncomingHttpHeaders } from 'node:http' */

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {Buffer} [content]
 */

/**
 * @typedef {object} Answered
 * @property {number | undefined} status
 * @property {IncomingHttpHeaders} headers
 * @property {string} content
 */

/** @typedef {Request & { kind: string, expected: string }} Call A request, and what has to come back. */

// Milliseconds that the slowest handler may take.
const SLOWEST = 150;
const UPLOAD = Buffer.alloc(100_000, 'u');

export const DOWNLOAD = 'd'.repeat(100_000);
export const LINES = Array.from({ length: 10 }, (_, index) => `line ${index}\n`);

/** @type {((ms: number) => Call)[]} a kind is called in proportion to its number of entries */
const kinds = [
  () => ({ kind: 'fast', method: 'GET', path: '/fast', expected: 'fast' }),
  () => ({ kind: 'fast', method: 'GET', path: '/fast', expected: 'fast' }),
  () => ({ kind: 'download', method: 'GET', path: '/download', expected: DOWNLOAD }),
  (ms) => ({ kind: 'slow', method: 'GET', path: `/slow/${ms}`, expected: `waited ${ms}` }),
  (ms) => ({ kind: 'slow', method: 'GET', path: `/slow/${ms}`, expected: `waited ${ms}` }),
  (ms) => ({ kind: 'stream', method: 'GET', path: `/lines/${ms}`, expected: LINES.join('') }),
  (ms) => ({
    kind: 'upload',
    method: 'POST',
    path: `/upload/${ms}`,
    content: UPLOAD,
    expected: `got ${UPLOAD.length}`,
  }),
];

/** @returns {Call} */
export function anyCall() {
  const kind = kinds[Math.floor(Math.random() * kinds.length)] ?? kinds[0];
  if (!kind) throw new Error('There are no kinds of calls.');
  return kind(Math.floor(Math.random() * SLOWEST));
}

/** @param {Call} call @param {Answered} answered @throws if it is not as expected */
export function check({ path, expected }, { status, content }) {
  if (status === 200 && content === expected) return;
  throw new Error(`${path} was answered with ${status} and ${content.length} bytes`);
}
