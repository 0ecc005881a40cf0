/**
 * `pnpm check:uploads`: a form with a file of 200 MB arrives whole over both protocols, by a schema and part by part, and
 * the memory of the server grows by less than 100 MB.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { FROM_SOURCE } from '../from-source.mjs';
import { Child, killAll } from '../soak/processes.mjs';

const SIZE = 200e6;
const WARM_UP = 5e6;
const MOST = 100e6;
const TYPE = 'multipart/form-data; boundary=b';
const CHUNK = Buffer.alloc(64_000, 'BlaizeJS');

/** @param {number} size */
function* form(size) {
  yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n');
  for (let left = size; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  yield Buffer.from('\r\n--b--\r\n');
}

/** @param {number} size */
function digest(size) {
  const hash = createHash('sha256');
  for (let left = size; left > 0; left -= CHUNK.length)
    hash.update(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
  return hash.digest('hex');
}

/** @type {Readonly<Record<string, (url: URL, size: number) => Promise<string>>>} */
const CLIENTS = {
  'HTTP/1.1': async (url, size) => {
    const headers = { 'content-type': TYPE };
    const outgoing = request(url, { method: 'POST', headers, agent: false, rejectUnauthorized: false });
    const answered = once(outgoing, 'response');
    await pipeline(Readable.from(form(size)), outgoing);
    const [response] = await answered;
    return text(response);
  },
  'HTTP/2': async (url, size) => {
    const session = connect(url, { rejectUnauthorized: false });
    const stream = session.request({ ':method': 'POST', ':path': url.pathname, 'content-type': TYPE });
    const answer = text(stream);
    for (const chunk of form(size)) if (!stream.write(chunk)) await once(stream, 'drain');
    stream.end();
    const result = await answer;
    session.close();
    return result;
  },
};

try {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const execArgv = [...FROM_SOURCE, '--expose-gc'];
  const server = Child.start(fileURLToPath(new URL('server.ts', import.meta.url)), { cwd, execArgv });
  const origin = await server.ask('url');
  const failures = [];
  for (const [protocol, send] of Object.entries(CLIENTS)) {
    for (const path of ['/form', '/parts']) {
      const url = new URL(path, origin);
      assert.equal(await send(url, WARM_UP), digest(WARM_UP));
      await server.ask('begin');
      const started = performance.now();
      assert.equal(await send(url, SIZE), digest(SIZE), `${protocol} ${path} lost something`);
      const seconds = (performance.now() - started) / 1000;
      const grown = await server.ask('end');
      console.log(`${protocol} ${path}: ${seconds.toFixed(1)} s, memory + ${Math.round(grown / 1e6)} MB`);
      if (grown >= MOST) failures.push(`${protocol} ${path}`);
    }
  }
  await server.ask('close');
  assert.deepEqual(failures, [], 'Memory grew too much');
} finally {
  await killAll();
}
