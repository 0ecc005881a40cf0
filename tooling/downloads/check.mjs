/**
 * `pnpm check:downloads`: a file of 1 GiB is sent whole over both protocols, also to a client that pauses, and the memory of
 * the server grows by less than 100 MB.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { connect } from 'node:http2';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { FROM_SOURCE } from '../from-source.mjs';
import { Child, killAll } from '../soak/processes.mjs';

const SIZE = 2 ** 30;
const WARM_UP = 2 ** 23;
const MOST = 100e6;
const PAUSE_MS = 1000;

/** @typedef {import('node:stream').Readable} Readable */

/** @type {Readonly<Record<string, (url: URL) => Promise<{ body: Readable, close: () => void }>>>} */
const CLIENTS = {
  'HTTP/1.1': async (url) => {
    const [response] = await once(get(url, { agent: false, rejectUnauthorized: false }), 'response');
    return { body: response, close: () => undefined };
  },
  'HTTP/2': async (url) => {
    const session = connect(url, { rejectUnauthorized: false });
    return { body: session.request({ ':path': url.pathname }), close: () => session.close() };
  },
};

/**
 * Counts the bytes of a file, and pauses once in its middle.
 *
 * @param {(url: URL) => Promise<{ body: Readable, close: () => void }>} request
 * @param {URL} url
 */
async function count(request, url) {
  const { body, close } = await request(url);
  let length = 0;
  let paused = false;
  for await (const chunk of body) {
    length += chunk.length;
    if (paused || length < SIZE / 2) continue;
    paused = true;
    await pause(PAUSE_MS);
  }
  close();
  return length;
}

const folder = await mkdtemp(join(tmpdir(), 'downloads-'));
try {
  // Without content: it takes no room on the disk.
  for (const [name, size] of Object.entries({ large: SIZE, small: WARM_UP })) {
    const file = await open(join(folder, name), 'w');
    await file.truncate(size);
    await file.close();
  }
  const execArgv = [...FROM_SOURCE, '--expose-gc'];
  const server = Child.start(fileURLToPath(new URL('server.ts', import.meta.url)), { cwd: folder, execArgv });
  const origin = await server.ask('url');
  const failures = [];
  for (const [protocol, request] of Object.entries(CLIENTS)) {
    assert.equal(await count(request, new URL('/small', origin)), WARM_UP);
    await server.ask('begin');
    const started = performance.now();
    assert.equal(await count(request, new URL('/large', origin)), SIZE, `${protocol} lost something`);
    const seconds = (performance.now() - started) / 1000;
    const grown = await server.ask('end');
    console.log(`${protocol}: ${seconds.toFixed(1)} s, memory + ${Math.round(grown / 1e6)} MB`);
    if (grown >= MOST) failures.push(protocol);
  }
  await server.ask('close');
  assert.deepEqual(failures, [], 'Memory grew too much');
} finally {
  await killAll();
  await rm(folder, { recursive: true });
}
