import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EXCEPTIONS } from './exceptions.mjs';

/** @typedef {{ id: string, severity: string, finding: string }} Finding */

const PATIENCE_MS = 150_000;
const SEVERE = new Set(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);

/** Of what it can do, what a server that speaks only TLS 1.2 and 1.3 can still get wrong. */
const PARTS = [
  ...['--protocols', '--server-preference', '--server-defaults', '--headers'],
  ...['--renegotiation', '--crime', '--breach', '--tls-fallback', '--heartbleed', '--ticketbleed'],
];

/**
 * Scans a server.
 *
 * @param {{ name: string, address: string, port: string }} server
 * @param {string} folder for its findings
 * @returns {Promise<string[]>} what it found, of severity LOW or more and without the exceptions
 */
export async function scan({ name, address, port }, folder) {
  const file = join(folder, 'findings.json');
  const quick = ['--quiet', '--fast', '--warnings', 'off', '--color', '0', '--nodns', 'none'];
  const where = ['--ip', address, '--jsonfile', file, `${name}:${port}`];
  // In a process group of its own: it starts many programs, and all of them end with it.
  const child = spawn('testssl', [...quick, ...PARTS, ...where], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  let isLate = false;
  const patience = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, PATIENCE_MS);
  const failed = once(child, 'error').then(([error]) => Promise.reject(/** @type {Error} */ (error)));
  await Promise.race([once(child, 'close'), failed]).finally(() => clearTimeout(patience));
  const findings = readFindings(existsSync(file) ? readFileSync(file, 'utf8') : '');
  const problems = problemsIn(findings);
  if (isLate)
    problems.push(`testssl.sh did not end in ${PATIENCE_MS / 1000} s; it had ${findings.length} findings.`);
  else if (findings.length === 0)
    problems.push('testssl.sh has found nothing at all, not even what is fine.');
  return problems;
}

/** The findings in a file. If it was stopped, the list has no end. @param {string} text @returns {Finding[]} */
export function readFindings(text) {
  return [...text.matchAll(/\{[^{}]*\}/g)].map(([object]) => JSON.parse(object));
}

/** @param {readonly Finding[]} findings @returns {string[]} */
export function problemsIn(findings) {
  return findings
    .filter(({ id, severity }) => SEVERE.has(severity) && !(id in EXCEPTIONS))
    .map(({ id, severity, finding }) => `testssl.sh, ${severity}: ${id}: ${finding}`);
}
