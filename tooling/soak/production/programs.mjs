/** The programs around the app: HAProxy and Redis, as Debian has them. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { watchOver } from '../processes.mjs';

// Milliseconds until a program has to listen.
const PATIENCE = 20_000;

/** @param {string} command @param {readonly string[]} args @param {number} port where it listens once it works */
async function start(command, args, port) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = watchOver(child);
  const giveUp = performance.now() + PATIENCE;
  while (!(await listens(port))) {
    if (child.exitCode !== null || performance.now() > giveUp) throw new Error(`${command} did not start.`);
    await setTimeout(50);
  }
  return {
    /** @param {NodeJS.Signals} signal */
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await end;
    },
  };
}

/** @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (/** @type {boolean} */ is) => {
      socket.destroy();
      resolve(is);
    };
    socket.on('connect', () => settle(true)).on('error', () => settle(false));
  });
}

/** Keeps what it was told when it is started again. @param {string} folder @param {number} port */
export function startRedis(folder, port) {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  return start('redis-server', [...args, '--appendonly', 'yes', '--save', '', '--loglevel', 'warning'], port);
}

/**
 * Two ways to the app: one that ends TLS and asks the app over HTTP/2 with TLS, and one that passes connections on.
 *
 * @param {string} folder
 * @param {{ http: number, tcp: number, app: number, pem: string, ca: string }} places ports and files
 */
export async function startHaproxy(folder, { http, tcp, app, pem, ca }) {
  const file = join(folder, 'haproxy.cfg');
  const server = `server app 127.0.0.1:${app}`;
  const config = `
global
  maxconn 2000
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 15s
  timeout check 5s
frontend https
  mode http
  bind 127.0.0.1:${http} ssl crt ${pem} alpn h2,http/1.1
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend app
backend app
  mode http
  # What a worker did not answer, and may be sent twice, is sent again (RFC 9110 section 9.2.2).
  retries 3
  retry-on conn-failure empty-response 0rtt-rejected
  http-request disable-l7-retry unless { method GET HEAD OPTIONS PUT DELETE }
  option httpchk
  http-check send meth GET uri /ready hdr Host localhost
  default-server ssl verify required ca-file ${ca} sni str(localhost) alpn h2
  ${server} check inter 1s fall 5 check-sni localhost check-alpn h2
listen passed
  mode tcp
  bind 127.0.0.1:${tcp}
  ${server}
`;
  writeFileSync(file, config);
  return start('haproxy', ['-db', '-q', '-f', file], http);
}
