export class StepError extends Error {}

/**
 * Runs one step of the rehearsal, and says how long it took.
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
