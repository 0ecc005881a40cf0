import { createHash, randomBytes } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { ask, read } from './target.mjs';

/** @import { Writable } from 'node:stream' */
/** @import { Answer, Target } from './target.mjs' */

// The letter that routes stream.
const DOWNLOAD = Buffer.alloc(1_048_576, 'd');

/** @param {Answer} answer @param {number} status @param {string | Buffer | ((content: string) => boolean)} [expected] */
export function expect(answer, status, expected) {
  const { content } = answer;
  const text = () => content.toString();
  const fits =
    expected === undefined ||
    (typeof expected === 'function' ? expected(text()) : content.equals(Buffer.from(expected)));
  if (answer.status === status && fits) return;
  throw new Error(
    `Expected ${status}, got ${answer.status} with ${content.length} bytes: ${text().slice(0, 200)}`,
  );
}

/** @param {Answer} answer @param {number} status */
function expectProblem(answer, status) {
  expect(answer, status, (text) => JSON.parse(text).status === status);
}

/** Resolves when more can be written, or the stream has ended. @param {Writable} stream */
function drained(stream) {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve(undefined);
    };
    stream.on('drain', done).on('close', done);
  });
}

/** @param {Buffer} bytes */
function receipt(bytes) {
  return JSON.stringify({ size: bytes.length, hash: createHash('sha1').update(bytes).digest('hex') });
}

const json = { 'content-type': 'application/json' };

/** Requests that are answered, each with what has to come back. @type {Record<string, (target: Target) => Promise<void>>} */
export const answered = {
  async GET(target) {
    const name = Math.random().toString(36);
    expect(await ask(target, `/hello/${name}?x=1`), 200, JSON.stringify({ hello: name }));
  },
  async HEAD(target) {
    const answer = await ask(target, '/hello/ada', { method: 'HEAD' });
    expect(answer, 200, '');
    if (answer.headers['content-length'] !== '15') throw new Error('HEAD had another length');
  },
  async JSON(target) {
    const item = JSON.stringify({ name: 'pen', count: Math.floor(Math.random() * 1000) });
    expect(await ask(target, '/items', { method: 'POST', headers: json, send: item }), 200, item);
  },
  async 'JSON that is none'(target) {
    expectProblem(await ask(target, '/items', { method: 'POST', headers: json, send: '{"name": "pe' }), 400);
  },
  async 'JSON that does not fit'(target) {
    const send = '{"name": "", "count": "many"}';
    expectProblem(await ask(target, '/items', { method: 'POST', headers: json, send }), 400);
  },
  async 'no route'(target) {
    expectProblem(await ask(target, `/nowhere/${Math.random()}`), 404);
  },
  async 'no such method'(target) {
    const answer = await ask(target, '/items', { method: 'DELETE' });
    expectProblem(answer, 405);
    if (answer.headers.allow === undefined) throw new Error('405 had no Allow header');
  },
  async 'handler throws'(target) {
    expectProblem(await ask(target, '/fails'), 500);
  },
  async 'handler rejects'(target) {
    expectProblem(await ask(target, '/fails', { method: 'POST', send: 'content that nobody reads' }), 500);
  },
  async upload(target) {
    const bytes = randomBytes(900_000);
    expect(await ask(target, '/upload', { method: 'POST', send: bytes }), 200, receipt(bytes));
  },
  async 'upload in pieces'(target) {
    const bytes = randomBytes(2_000_000);
    const { content, head } = target.begin('/sink', { method: 'POST', hasContent: true });
    for (let from = 0; from < bytes.length; from += 50_000) {
      content.write(bytes.subarray(from, from + 50_000));
      if (content.writableNeedDrain) await drained(content);
    }
    content.end();
    expect(await read(await head), 200, receipt(bytes));
  },
  async 'upload after 100 Continue'(target) {
    const bytes = randomBytes(50_000);
    const headers = { 'content-length': bytes.length, expect: '100-continue' };
    const { content, head } = target.begin('/upload', { method: 'POST', headers, hasContent: true });
    await Promise.race([new Promise((resolve) => content.once('continue', resolve)), head]);
    content.end(bytes);
    expect(await read(await head), 200, receipt(bytes));
  },
  async 'upload that is too large'(target) {
    const headers = { 'content-length': 3_000_000 };
    const { content, head, cancel } = target.begin('/upload', { method: 'POST', headers, hasContent: true });
    // Sends until it is told to stop.
    content.on('error', () => undefined);
    const sending = setImmediate().then(() => content.closed || content.write(Buffer.alloc(100_000)));
    expectProblem(await read(await head), 413);
    await sending;
    await cancel();
  },
  async 'upload that is refused'(target) {
    const { content, head, cancel } = target.begin('/refuses', {
      method: 'POST',
      headers: { 'content-length': 200_000 },
      hasContent: true,
    });
    content.on('error', () => undefined);
    content.write('the begin of it');
    expect(await read(await head), 403, 'not you');
    await cancel();
  },
  async download(target) {
    expect(await ask(target, '/download'), 200, DOWNLOAD);
  },
  async 'download of a file'(target) {
    expect(await ask(target, '/file'), 200, DOWNLOAD);
  },
  async 'download of a Web stream'(target) {
    expect(await ask(target, '/web'), 200, DOWNLOAD);
  },
  async 'download by a slow client'(target) {
    const { head } = target.begin('/download', { fresh: true });
    const { status, headers, content, isComplete } = await head;
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (Math.random() < 0.1) await setTimeout(5);
    }
    if (!isComplete() || size !== DOWNLOAD.length) throw new Error(`Got ${size} bytes`);
    expect({ status, headers, content: Buffer.alloc(0) }, 200);
  },
  async 'stream that fails at once'(target) {
    expectProblem(await ask(target, '/breaks'), 500);
  },
  async 'stream that fails later'(target) {
    const { head } = target.begin('/breaks?when=later');
    const { status, content, isComplete } = await head;
    let text = '';
    try {
      for await (const chunk of content) text += chunk;
    } catch {
      // The way a client learns that the answer is incomplete.
    }
    if (status !== 200 || isComplete()) throw new Error(`Looked complete: ${status} "${text}"`);
  },
};
