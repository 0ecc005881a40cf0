import { fork } from 'node:child_process';
import { once } from 'node:events';

/** @import { ChildProcess } from 'node:child_process' */

// Milliseconds after which a process that does not answer counts as stuck.
const PATIENCE = 60_000;

/** @type {Set<ChildProcess>} */
const running = new Set();
let asked = 0;

/**
 * Makes a process end with this one.
 *
 * @param {ChildProcess} child
 * @returns {Promise<string>} `exit code 0`, or the signal that ended it
 */
export async function watchOver(child) {
  running.add(child);
  const [code, signal] = await once(child, 'exit');
  running.delete(child);
  return String(signal ?? `exit code ${code}`);
}

/** A process that answers questions over its IPC channel, and sends messages by itself. */
export class Child {
  /** @readonly */
  process;
  /** @readonly @type {Promise<string>} `exit code 0`, or the signal that ended it */
  exit;

  /** @param {ChildProcess} child one with an IPC channel */
  constructor(child) {
    this.process = child;
    this.exit = watchOver(child);
  }

  /**
   * @param {string} file absolute
   * @param {{ cwd: string, execArgv?: string[], env?: NodeJS.ProcessEnv }} options
   */
  static start(file, { cwd, execArgv = [], env = process.env }) {
    return new Child(fork(file, [], { cwd, execArgv, env, serialization: 'advanced' }));
  }

  /**
   * @param {string} question
   * @param {unknown} [what]
   * @returns {Promise<any>} the answer; rejects if there is none
   */
  ask(question, what) {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => done(reject, `did not answer in ${PATIENCE / 1000} s`), PATIENCE);
      /** @param {(value: any) => void} settle @param {unknown} value */
      const done = (settle, value) => {
        clearTimeout(late);
        this.process.off('message', onMessage);
        settle(settle === reject ? new Error(`Process ${this.process.pid}, "${question}": ${value}`) : value);
      };
      /** @param {any} message */
      const onMessage = (message) => {
        if (message.id !== id) return;
        if ('error' in message) done(reject, message.error);
        else done(resolve, message.answer);
      };
      this.process.on('message', onMessage);
      void this.exit.then((how) => done(reject, `ended (${how})`));
      this.process.send({ id, question, what }, (error) => error && done(reject, error.message));
    });
  }

  /** @param {string} news @param {(what: any) => void} listener */
  onNews(news, listener) {
    this.process.on('message', (/** @type {any} */ message) => {
      if (message.news === news) listener(message.what);
    });
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}

/**
 * For a child: answers what its parent asks, and ends with its parent.
 *
 * @param {Record<string, (what: any) => unknown>} answers
 */
export function answerParent(answers) {
  // The parent decides when to end, even after a Ctrl+C, which the terminal sends to all of them.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', async (/** @type {any} */ { id, question, what }) => {
    try {
      process.send?.({ id, answer: await answers[question]?.(what) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
}

/** For a child. @param {string} news @param {unknown} what */
export function tellParent(news, what) {
  process.send?.({ news, what });
}

/** Ends every process that was started here and is still running. */
export async function killAll() {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}
