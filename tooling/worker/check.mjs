/**
 * `pnpm check:worker`: a bundled app from createApp imports nothing that a worker lacks, and answers in workerd, the runtime
 * of Cloudflare Workers. workerd is installed into a temporary folder: 160 MB that nothing else needs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../free-port.mjs';
import { bundleWorker, FORBIDDEN } from './bundle.mjs';
import { configuration, untilItAnswers, WORKERD } from './workerd.mjs';

const { code, imports, bytes } = await bundleWorker();
const wrong = imports.filter((name) => FORBIDDEN.includes(name.replace('node:', '')));
assert.deepEqual(wrong, [], 'The bundle imports what no worker has');
console.log(`Bundled: ${Math.round(bytes / 1024)} KB, imports ${imports.join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'blaize-worker-'));
/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', WORKERD], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freePort();
  writeFileSync(join(folder, 'worker.js'), code);
  writeFileSync(join(folder, 'config.capnp'), configuration(port, { GREETING: 'hello' }));
  child = spawn(join(folder, 'node_modules/.bin/workerd'), ['serve', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await check(`http://127.0.0.1:${port}`);
  console.log('The app answers in workerd.');
} finally {
  if (child && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} origin */
async function check(origin) {
  const user = await untilItAnswers(`${origin}/users/7`, {
    headers: { 'cf-connecting-ip': '198.51.100.7' },
  });
  assert.deepEqual(await user.json(), { id: 7, ip: '198.51.100.7', greeting: 'hello' });
  assert.equal(user.headers.get('vary'), 'origin');

  assert.equal(await (await fetch(`${origin}/stream`)).text(), 'one two');

  const created = await fetch(`${origin}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  });
  assert.deepEqual([created.status, await created.json()], [201, { name: 'Ada' }]);

  const invalid = await fetch(`${origin}/users/x`);
  assert.deepEqual([invalid.status, invalid.headers.get('vary')], [400, 'origin']);

  // The mode is not development.
  const failed = await fetch(`${origin}/fails`);
  const problem = /** @type {{ detail: string }} */ (await failed.json());
  assert.deepEqual([failed.status, problem.detail], [500, 'Internal Server Error']);
  assert.equal((await fetch(`${origin}/nowhere`)).status, 404);
}
