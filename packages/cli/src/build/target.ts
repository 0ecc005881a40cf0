import { CliError, UsageError } from '../cli-error.ts';
import { findEntry } from '../project.ts';

/** Where a build runs. */
export type Target = 'node' | 'worker' | 'lambda' | 'deno' | 'bun';

/** A target that is not a server on Node: the whole app becomes one file. */
export type BundleTarget = Exclude<Target, 'node'>;

export const TARGETS: readonly Target[] = ['node', 'worker', 'lambda', 'deno', 'bun'];
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** @throws UsageError for an unknown one */
export function toTarget(given: string): Target {
  const target = TARGETS.find((name) => name === given);
  if (target) return target;
  throw new UsageError(
    `--target ${given}: expected ${TARGETS.slice(0, -1).join(', ')} or ${TARGETS.at(-1)}.`,
  );
}

/**
 * The file that a target starts with, absolute.
 *
 * @param named by `--entry`
 * @throws CliError if there is none
 */
export function findTargetEntry(target: BundleTarget, cwd: string, named?: string): string {
  const names = EXTENSIONS.flatMap((extension) => [`src/${target}${extension}`, `${target}${extension}`]);
  if (named !== undefined) return findEntry(cwd, named);
  for (const name of names) {
    try {
      return findEntry(cwd, name);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
  }
  throw new CliError(
    `There is no ${target} file in ${cwd}: looked for src/${target}.ts and ${target}.ts, also as .mts, .js and .mjs. ` +
      `Create one with ${EXAMPLES[target]}, or name it: --entry app/main.ts`,
  );
}

const EXAMPLES: Readonly<Record<BundleTarget, string>> = {
  worker: '`export default await toWorker(app)`',
  lambda: '`export const handler = await toLambda(app)`',
  deno: '`await serve(app)`',
  bun: '`await serve(app)`',
};
