/**
 * `pnpm check:runtimes`: `blaize build --target` bundles one app with file routes, and it answers alike in workerd, in AWS's
 * own Lambda runtime, on Deno and on Bun. They are installed into a temporary folder: 350 MB that nothing else needs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { freePort } from '../free-port.mjs';
import { configuration, untilItAnswers, WORKERD } from '../worker/workerd.mjs';
import { startLambda, toEvent, toResponse } from './lambda.mjs';

const PACKAGES = ['aws-lambda-ric@3.3.0', 'bun@1.4.5', 'deno@2.9.6', WORKERD];

/** @typedef {(target: string, init?: { method?: string, body?: Uint8Array }) => Promise<Response>} Ask */

const app = fileURLToPath(new URL('app', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blaize-runtimes-'));
/** @type {(() => Promise<unknown>)[]} */
const ends = [];
/** @type {unknown[]} */
const failures = [];
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // Their binaries come as packages of their own; aws-lambda-ric would compile curl.
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', ['install', ...flags, ...PACKAGES], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  const worker = await startWorkerd(build('worker', 'worker.ts'));
  await check('workerd', worker, '198.51.100.7');
  assert.equal(await (await worker('/greeting')).text(), 'ahoy');
  const lambda = build('lambda', 'lambda.ts');
  for (const handler of ['lambda.handler', 'lambda.streaming']) {
    const { invoke, close } = await startLambda(folder, lambda, handler);
    ends.push(close);
    await check(
      handler,
      async (target, init = {}) => toResponse(await invoke(toEvent(target, init))),
      '198.51.100.7',
    );
  }
  for (const runtime of ['deno', 'bun']) {
    await check(runtime, await startRuntime(runtime, build(runtime, 'serve.ts')), '127.0.0.1');
  }
} finally {
  const ended = await Promise.allSettled(ends.map((end) => end()));
  rmSync(folder, { recursive: true, force: true });
  for (const each of ended) if (each.status === 'rejected') failures.push(each.reason);
}
assert.deepEqual(failures, [], 'Something did not stop');

/** @param {string} name @param {Ask} ask @param {string} ip what the app should see */
async function check(name, ask, ip) {
  assert.equal(await (await ask('/')).text(), `hello ${ip}`);

  const user = await ask('/users/7');
  assert.deepEqual([await user.json(), user.headers.get('x-users')], [{ id: 7 }, 'yes']);
  assert.equal((await ask('/users/x')).status, 400);

  const bytes = new Uint8Array([0, 255, 128, 10]);
  const echo = await ask('/echo', { method: 'POST', body: bytes });
  assert.deepEqual(new Uint8Array(await echo.arrayBuffer()), bytes);
  assert.equal(echo.headers.getSetCookie().length, 2);

  assert.equal(await (await ask('/stream')).text(), 'one two');

  const failed = await ask('/fails');
  const problem = /** @type {{ detail: string }} */ (await failed.json());
  assert.deepEqual([failed.status, problem.detail], [500, 'Internal Server Error']);

  const missing = await ask('/users/7/nothing?a=b');
  assert.deepEqual([missing.status, await missing.json()], [404, { code: 'nothing-here' }]);
  assert.equal((await ask('/echo')).status, 405);
  assert.equal((await ask('/', { method: 'HEAD' })).status, 200);
  console.log(`${name}: the app answers.`);
}

/** Builds the app as its users do. @param {string} target @param {string} entry @returns {string} the folder */
function build(target, entry) {
  const bin = fileURLToPath(new URL('../../packages/cli/src/bin.ts', import.meta.url));
  const node = ['--conditions=@blaizejs/source', '--import', 'tsx', bin];
  const args = ['build', '--target', target, '--entry', entry, '--outdir', folder];
  execFileSync(process.execPath, [...node, ...args], { cwd: app, stdio: 'inherit' });
  return join(folder, target);
}

/** @param {string} built @returns {Promise<Ask>} */
async function startWorkerd(built) {
  const port = await freePort();
  writeFileSync(join(built, 'config.capnp'), configuration(port, 'ahoy'));
  start('workerd', ['serve', 'config.capnp'], built, ['ignore', 'inherit', 'inherit']);
  const origin = `http://127.0.0.1:${port}`;
  await untilItAnswers(origin);
  return (target, init) => fetch(origin + target, { ...init, headers: { 'x-test-ip': '198.51.100.7' } });
}

/** @param {string} runtime @param {string} built @returns {Promise<Ask>} */
async function startRuntime(runtime, built) {
  const args = [...(runtime === 'deno' ? ['run', '--allow-all'] : []), `${runtime}.js`];
  const child = start(runtime, args, built, ['ignore', 'pipe', 'inherit']);
  const output = /** @type {import('node:stream').Readable} */ (child.stdout);
  const [url] = await once(createInterface(output), 'line');
  ends.push(async () => {
    // It stops by itself, with 0.
    const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode]);
    child.kill('SIGTERM');
    const impatient = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const [code] = await exited;
    clearTimeout(impatient);
    assert.equal(code, 0, `${runtime} stops on SIGTERM`);
  });
  return (target, init) => fetch(url + target, init);
}

/**
 * @param {string} name @param {string[]} args @param {string} cwd
 * @param {import('node:child_process').StdioOptions} stdio
 */
function start(name, args, cwd, stdio) {
  const child = spawn(binary(name), args, { cwd, stdio });
  if (name === 'workerd') {
    ends.push(async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
  }
  return child;
}

/**
 * The program itself: what npm calls `deno` is a script, which would not pass signals on.
 *
 * @param {string} name
 */
function binary(name) {
  const [scope = '', file = ''] =
    { bun: ['@oven', 'bin/bun'], deno: ['@deno', 'deno'], workerd: ['@cloudflare', 'bin/workerd'] }[name] ??
    [];
  const packages = join(folder, 'node_modules', scope);
  return join(packages, readdirSync(packages)[0] ?? '', file);
}
