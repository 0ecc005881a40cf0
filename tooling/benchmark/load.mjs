import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { onCore } from './cores.mjs';
import { parseH2load, parseWrk } from './load-output.mjs';

/** @import { Case, Protocol } from './cases.mjs' */

const CONNECTIONS = { h1: 64, h2: 8 };
const STREAMS = 32;

/** How it is measured, for people. @type {Readonly<Record<Protocol, string>>} */
export const LOAD = {
  h1: `HTTP/1.1 in cleartext, wrk with ${CONNECTIONS.h1} connections`,
  h2: `HTTP/2 over TLS, h2load with ${CONNECTIONS.h2} connections of ${STREAMS} streams`,
};

/**
 * Generates load for a server, from the second core.
 *
 * @param {Protocol} protocol
 * @param {number} port
 * @param {Case} of
 * @param {number} seconds
 * @throws Error if a request failed
 */
export async function load(protocol, port, of, seconds) {
  const [command = '', ...args] = onCore(1, commandFor(protocol, port, of, seconds));
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Ends the run even if the program hangs.
  const patience = setTimeout(() => child.kill('SIGKILL'), (seconds + 30) * 1000);
  const [output, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  clearTimeout(patience);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}.\n${output}${complaints}`);
  const result = protocol === 'h1' ? parseWrk(output) : parseH2load(output);
  if (result.errors.length > 0) throw new Error(`${result.errors.join(', ')}\n${output}`);
  return result;
}

/** @param {Protocol} protocol @param {number} port @param {Case} of @param {number} seconds */
function commandFor(protocol, port, { path, headers = {}, bodyFile, streams = STREAMS }, seconds) {
  const url = `${protocol === 'h1' ? 'http' : 'https'}://127.0.0.1:${port}${path}`;
  const sent = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  if (protocol === 'h1') {
    const post = bodyFile === undefined ? [] : ['--script', join(import.meta.dirname, 'post.lua')];
    const end = bodyFile === undefined ? [] : ['--', bodyFile];
    const size = ['--threads', '1', '--connections', String(CONNECTIONS.h1), '--duration', `${seconds}s`];
    return ['wrk', ...size, '--timeout', '20s', ...sent, ...post, url, ...end];
  }
  const post =
    bodyFile === undefined ? [] : ['--data', bodyFile, '--header', 'content-type: application/json'];
  const size = ['--threads=1', `--clients=${CONNECTIONS.h2}`, `--max-concurrent-streams=${streams}`];
  return ['h2load', ...size, `--duration=${seconds}`, ...sent, ...post, url];
}
