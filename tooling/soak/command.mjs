import { inTemporaryFolder } from '../pack/tarballs.mjs';
import { readNumbers, UsageError } from './arguments.mjs';
import { killAll } from './processes.mjs';

/**
 * Runs a command in a temporary folder, and waits until it ends. Its processes always end with it. The exit code is 0 only
 * if it succeeds.
 *
 * @template {string} Option
 * @param {readonly Option[]} options the names of the options, whose values are numbers
 * @param {(folder: string, options: Partial<Record<Option, number>>) => Promise<boolean>} command resolves with whether it
 *   succeeded
 */
export async function runCommand(options, command) {
  let interrupted = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      interrupted = true;
      void killAll();
    });
  }
  try {
    const given = readNumbers(process.argv.slice(2), options);
    await inTemporaryFolder(async (folder) => {
      try {
        process.exitCode = (await command(folder, given)) ? 0 : 1;
      } finally {
        await killAll();
      }
    });
  } catch (error) {
    if (!interrupted && !(error instanceof UsageError)) throw error;
    if (!interrupted) console.error(error instanceof Error ? error.message : error);
    process.exitCode = interrupted ? 130 : 2;
  }
}
