import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** @import { ChildProcess } from 'node:child_process' */
/** @import { Case, Protocol } from './cases.mjs' */
/** @import { Certificate } from './certificate.mjs' */
/** @import { Framework } from './frameworks.mjs' */

// The unit of CPU time in /proc, on every Linux that Node supports.
const TICKS_PER_SECOND = 100;

/** A server in its own process. */
export class ServerProcess {
  /** @type {ChildProcess} */
  #child;
  /** Its output to stderr, for error messages. */
  #errors = '';
  port = 0;

  /** @param {ChildProcess} child */
  constructor(child) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text) => (this.#errors += text));
  }

  /**
   * Resolves when the server listens.
   *
   * @param {object} options
   * @param {readonly string[]} options.node the command that runs Node, and its arguments
   * @param {Framework} options.framework
   * @param {Protocol} options.protocol
   * @param {Pick<Case, 'routes' | 'metrics'>} options.case
   * @param {Certificate} options.certificate
   */
  static async start({ node, framework, protocol, case: { routes, metrics }, certificate }) {
    const { keyFile, certFile } = certificate;
    const options = JSON.stringify({ protocol, routes, metrics, keyFile, certFile });
    const serve = join(import.meta.dirname, 'serve.mjs');
    const [command = '', ...args] = [...node, serve, framework.name, options];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(command, args, {
      cwd: import.meta.dirname,
      env: { ...env, NODE_ENV: 'production' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const server = new ServerProcess(child);
    const line = once(createInterface(child.stdout), 'line');
    const died = once(child, 'close').then(() => Promise.reject(server.#death(framework.name)));
    const [text] = await Promise.race([line, died]);
    died.catch(() => undefined);
    server.port = JSON.parse(text).port;
    return server;
  }

  /** Throws if it has ended by itself. @param {string} name */
  assertAlive(name) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw this.#death(name);
  }

  /** The CPU time used so far, in seconds; undefined without /proc. */
  get cpuSeconds() {
    const stat = this.#proc('stat');
    if (stat === undefined) return undefined;
    // The second field is the program's name, which may have spaces in it; utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** The memory used (RSS), in MiB; undefined without /proc. */
  get memory() {
    const kib = this.#proc('status')?.match(/^VmRSS:\s+(\d+) kB/m)?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** @param {string} file */
  #proc(file) {
    const path = `/proc/${this.#child.pid}/${file}`;
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** @param {string} name */
  #death(name) {
    const { exitCode, signalCode } = this.#child;
    return new Error(`The server ${name} ended (${signalCode ?? `exit code ${exitCode}`}).\n${this.#errors}`);
  }
}
