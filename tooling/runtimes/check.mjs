/**
 * `pnpm check:runtimes`: `blaize build --target` bundles one app with file routes, and it answers alike in workerd, in AWS's
 * own Lambda runtime, on Deno and on Bun; and so do all routes of the sample app in workerd and Lambda, with a database that is
 * reached over HTTP. The runtimes are installed into a temporary folder: 350 MB that nothing else needs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { FROM_SOURCE } from '../from-source.mjs';
import { freePort } from '../free-port.mjs';
import { configuration, untilItAnswers, WORKERD } from '../worker/workerd.mjs';
import { checkBookmarks, settingsOf } from './bookmarks.mjs';
import { LAMBDA_ORIGIN, startLambda, toEvent, toResponse } from './lambda.mjs';
import { copyAddons, serveDatabase } from './sql-over-http.mjs';

const PACKAGES = ['aws-lambda-ric@3.3.0', 'bun@1.4.5', 'deno@2.9.6', WORKERD];

/** @typedef {import('./bookmarks.mjs').Ask} Ask */

/** Bytes of an app with one route, compressed: a change that makes it larger raises this. RESULTS.md says what they are. */
const HELLO = 30_000;
const HANDLERS = ['lambda.handler', 'lambda.streaming'];
const app = fileURLToPath(new URL('app', import.meta.url));
const bookmarks = fileURLToPath(new URL('../../apps/bookmarks', import.meta.url));
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

  const { ask: worker } = await startWorkerd(build('worker', 'worker.ts'), { GREETING: 'ahoy' });
  await check('workerd', worker, '198.51.100.7');
  assert.equal(await (await worker('/greeting')).text(), 'ahoy');
  const lambda = build('lambda', 'lambda.ts');
  for (const handler of HANDLERS) await check(handler, await startFunction(lambda, handler), '198.51.100.7');
  for (const runtime of ['deno', 'bun']) {
    await check(runtime, await startRuntime(runtime, build(runtime, 'serve.ts')), '127.0.0.1');
  }

  const hello = fileURLToPath(new URL('hello', import.meta.url));
  for (const [target, file] of /** @type {const} */ ([
    ['worker', 'worker.js'],
    ['lambda', 'lambda.mjs'],
  ])) {
    const code = readFileSync(join(build(target, `${target}.ts`, hello, join(folder, 'hello')), file));
    const size = gzipSync(code).length;
    assert.ok(size <= HELLO, `${target}: an app with one route has ${size} bytes compressed, not ${HELLO}`);
  }

  const sample = join(folder, 'bookmarks');
  const inWorker = await startWorkerd(
    build('worker', 'serverless/worker.ts', bookmarks, sample),
    await settings(),
  );
  await checkBookmarks('workerd', inWorker.origin, inWorker.ask);
  const built = build('lambda', 'serverless/lambda.ts', bookmarks, sample);
  // As the build has told: the addon is installed beside it.
  copyAddons(bookmarks, built);
  for (const handler of HANDLERS) {
    await checkBookmarks(handler, LAMBDA_ORIGIN, await startFunction(built, handler, await settings()));
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

/** The settings of the sample app, with a new database. */
async function settings() {
  const { url, close } = await serveDatabase(bookmarks);
  ends.push(close);
  return settingsOf(url);
}

/**
 * Builds an app as its users do.
 *
 * @param {string} target @param {string} entry @param {string} [cwd] the folder of the app @param {string} [outdir]
 * @returns {string} the folder of the build
 */
function build(target, entry, cwd = app, outdir = folder) {
  const bin = fileURLToPath(new URL('../../packages/cli/src/bin.ts', import.meta.url));
  const node = [...FROM_SOURCE, bin];
  const args = ['build', '--target', target, '--entry', entry, '--outdir', outdir];
  execFileSync(process.execPath, [...node, ...args], { cwd, stdio: 'inherit' });
  return join(outdir, target);
}

/**
 * @param {string} built @param {Record<string, string>} bindings
 * @returns {Promise<{ origin: string, ask: Ask }>}
 */
async function startWorkerd(built, bindings) {
  const port = await freePort();
  writeFileSync(join(built, 'config.capnp'), configuration(port, bindings));
  start('workerd', ['serve', 'config.capnp'], built, ['ignore', 'ignore', 'inherit']);
  const origin = `http://127.0.0.1:${port}`;
  await untilItAnswers(origin);
  return {
    origin,
    ask: (target, { headers, ...init } = {}) =>
      fetch(origin + target, {
        ...init,
        headers: { ...headers, 'x-test-ip': '198.51.100.7' },
        redirect: 'manual',
      }),
  };
}

/** @param {string} built @param {string} handler @param {Record<string, string>} [env] @returns {Promise<Ask>} */
async function startFunction(built, handler, env) {
  const { invoke, close } = await startLambda(folder, built, handler, env);
  ends.push(close);
  return async (target, init = {}) => toResponse(await invoke(toEvent(target, init)));
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
