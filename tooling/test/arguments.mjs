import { parseCLI } from 'vitest/node';

/** @typedef {{ folder: string, path: string, name: string }} Project `folder` names the vitest project */

// Tests that start processes, and so take long.
const SLOW = '.slow.test.';

/**
 * Turns the arguments of `pnpm test` into those of vitest: the name of a package selects its project. Slow tests run with
 * `--slow`, with `--coverage`, and where a word selects their file.
 *
 * @param {readonly string[]} argv
 * @param {readonly Project[]} projects
 */
export function vitestArguments(argv, projects) {
  const find = (/** @type {string} */ word) =>
    projects.find(({ folder, name }) => folder === word || name === word);
  const debug = argv.includes('--debug');
  const words = argv.flatMap((word) => {
    if (word === '--' || word === '--filter' || word === '--debug' || word === '--slow') return [];
    // vitest would use the next word as its value.
    if (word === '--coverage') return ['--coverage.enabled=true'];
    if (!word.startsWith('--filter=')) return [word];
    const names = word.slice('--filter='.length).split(',');
    const unknown = names.find((name) => !find(name));
    if (unknown === undefined) return names;
    const known = projects.map(({ name }) => `  ${name}`).join('\n');
    throw new RangeError(`There is no package "${unknown}". These are:\n${known}`);
  });

  // Only vitest knows whether a word is the value of the flag before it.
  const parse = (/** @type {string[]} */ args) =>
    parseCLI(['vitest', ...args], { allowUnknownOptions: true });
  const isFlagValue = (/** @type {number} */ index) => !parse(words.with(index, '\0')).filter.includes('\0');
  const isPackage = words.map((word, index) => find(word) !== undefined && !isFlagValue(index));
  const selected = new Set(words.filter((_, index) => isPackage[index]).map(find));
  const rest = words.filter((_, index) => !isPackage[index]);

  const { filter, options } = parse([...rest]);
  const args = [options.watch ? 'watch' : 'run', ...rest];
  const slow = argv.includes('--slow');
  if (filter.length === 0 && slow) args.push(SLOW);
  else if (filter.length === 0 && !argv.includes('--coverage')) args.push(`--exclude=**/*${SLOW}*`);
  for (const project of selected) {
    args.push(`--project=${project?.folder}`, `--coverage.include=${project?.path}/src/**/*.ts`);
  }
  if (debug) {
    // Listens for a debugger without waiting, so that a run without one still ends.
    if (!options.inspect && !options.inspectBrk) args.push('--inspect');
    if (!('reporter' in options)) args.push('--reporter=verbose');
    args.push('--no-file-parallelism');
  }
  const narrowed = options.testNamePattern ?? options.exclude ?? options.shard;
  return { args, debug, partial: slow || filter.length > 0 || narrowed !== undefined };
}
