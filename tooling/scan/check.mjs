/**
 * `pnpm check:scan`: starts the sample app in production mode with a certificate of its own, grades the headers of each kind of
 * answer over both protocols, and lets testssl.sh look at its TLS. A finding that is not in exceptions.mjs fails it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { FROM_SOURCE } from '../from-source.mjs';
import { root } from '../workspace.mjs';
import { CLIENTS } from './clients.mjs';
import { grade } from './grade.mjs';
import { scan } from './testssl.mjs';

/** @import { Ask } from './clients.mjs' */

const APP = join(root, 'apps/bookmarks');
const HOST = '127.0.0.1';
const NAME = 'bookmarks.test';

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
const problems = [];
const child = start();
try {
  const url = await urlOf(child);
  for (const [protocol, ask] of Object.entries(CLIENTS))
    problems.push(...(await headerProblems(protocol, ask(url))));
  problems.push(...(await scan({ name: NAME, address: HOST, port: url.port }, folder)));
} finally {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function start() {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90'];
  const names = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  run('openssl', ['req', '-x509', ...kind, ...names, '-keyout', keyFile, '-out', certFile]);
  run('pnpm', ['build:page', '--conditions=@blaizejs/source', '--log-level=warning']);
  return spawn(process.execPath, [...FROM_SOURCE, join(APP, 'src/server.ts')], {
    cwd: APP,
    env: {
      ...{ PATH: process.env['PATH'], NODE_ENV: 'production', HOST, PORT: '0' },
      ...{ SSL_KEY_PATH: keyFile, SSL_CERT_PATH: certFile },
      ...{ DATABASE_URL: pathToFileURL(join(folder, 'scan.db')).href, REQUEST_LIMIT: '100000' },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: APP, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
}

/** @param {ReturnType<typeof start>} server @returns {Promise<URL>} */
async function urlOf(server) {
  const lines = [];
  for await (const line of createInterface(server.stdout)) {
    lines.push(line);
    const [, url] = /Server running on (https:[^\s"]+)/.exec(line) ?? [];
    if (url === undefined) continue;
    server.stdout.resume();
    return new URL(url);
  }
  throw new Error(`The app did not start:\n${lines.join('\n')}`);
}

/** @param {string} protocol @param {Ask} ask @returns {Promise<string[]>} */
async function headerProblems(protocol, ask) {
  const json = { 'content-type': 'application/json' };
  const post = (/** @type {string} */ path, /** @type {object} */ body) =>
    ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  const signedUp = await post('/api/users', { name: protocol });
  const { token } = JSON.parse(signedUp.body);
  const authorization = { authorization: `Bearer ${token}` };
  const added = await ask('/api/bookmarks', {
    method: 'POST',
    headers: { ...json, ...authorization },
    body: JSON.stringify({ url: 'https://example.com/' }),
  });
  const etag = (await ask('/assets/style.css')).headers.get('etag') ?? '';

  /** @type {Readonly<Record<string, readonly [status: number, answer: Awaited<ReturnType<Ask>>]>>} */
  const answers = {
    'the page': [200, await ask('/')],
    'an asset': [200, await ask('/assets/app.js')],
    'a compressed asset': [200, await ask('/assets/style.css', { headers: { 'accept-encoding': 'br' } })],
    'a part of an asset': [206, await ask('/assets/style.css', { headers: { range: 'bytes=0-9' } })],
    'an asset that has not changed': [
      304,
      await ask('/assets/style.css', { headers: { 'if-none-match': etag } }),
    ],
    'an answer of the API': [200, await ask('/api/users/me', { headers: authorization })],
    'an answer with a cookie': [200, await post('/api/session', { token })],
    'an answer without content': [204, await ask('/api/session', { method: 'DELETE' })],
    'the head of the page': [200, await ask('/', { method: 'HEAD' })],
    'a redirect': [302, await ask(`/go/${JSON.parse(added.body).id}`, { headers: authorization })],
    'an error of validation': [400, await post('/api/users', { name: '' })],
    'an error of JSON': [400, await ask('/api/users', { method: 'POST', headers: json, body: '{' })],
    'an unknown user': [401, await ask('/api/users/me')],
    'a forged request': [
      403,
      await ask('/api/session', { method: 'DELETE', headers: { 'sec-fetch-site': 'cross-site' } }),
    ],
    'an unknown path': [404, await ask('/nothing')],
    'a wrong method': [405, await ask('/api/users', { method: 'PUT' })],
    'a body that is too large': [
      413,
      await ask('/api/users', { method: 'POST', headers: json, body: 'x'.repeat(70_000) }),
    ],
    'automatic OPTIONS': [204, await ask('/api/users', { method: 'OPTIONS' })],
  };
  await ask.close();
  const found = [];
  for (const [name, [expected, { status, headers }]] of Object.entries(answers)) {
    const { grade: letter, score, problems: complaints } = grade({ headers });
    const title = `${protocol}, ${name} (${status})`;
    console.log(`${title}: ${letter}, ${score} points`);
    if (status !== expected) found.push(`${title}: expected ${expected}`);
    if (letter !== 'A+') found.push(`${title}: ${letter}`);
    found.push(...complaints.map((complaint) => `${title}: ${complaint}`));
  }
  return found;
}
