import { inTemporaryFolder } from '../pack/tarballs.mjs';
import { endAll } from './commands.mjs';

class StepError extends Error {}

/**
 * Runs the work of this process in a temporary folder. Its child processes end with it. A failed step or a signal ends the
 * process with a message and an exit code.
 *
 * @param {(folder: string) => Promise<void>} work
 */
export async function runSteps(work) {
  let interrupted = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      interrupted = true;
      endAll();
    });
  }
  try {
    await inTemporaryFolder(async (folder) => {
      try {
        await work(folder);
      } finally {
        endAll();
      }
    });
  } catch (error) {
    if (!interrupted && !(error instanceof StepError)) throw error;
    console.error(interrupted ? '\nInterrupted.' : /** @type {Error} */ (error).message);
    process.exitCode = interrupted ? 130 : 1;
  }
}

/**
 * Runs one step, and prints how long it took.
 *
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 * @throws {StepError} which names the step and the reason
 */
export async function step(what, work) {
  console.log(`── ${what}`);
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  try {
    const result = await work();
    console.log(`   ${seconds()} s`);
    return result;
  } catch (error) {
    throw new StepError(
      `\n${error instanceof Error ? error.message : error}\n\n"${what}" failed after ${seconds()} s.`,
      {
        cause: error,
      },
    );
  }
}
