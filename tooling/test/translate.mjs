/**
 * What a person types after `pnpm test`, turned into what vitest understands. Pure: it starts nothing.
 *
 * @typedef {object} Project
 * @property {string} folder the name of the vitest project
 * @property {string} name the name in package.json
 * @property {string} path from the root
 *
 * @typedef {object} Run
 * @property {string[]} args for vitest
 * @property {boolean} watch
 * @property {boolean} debug
 * @property {boolean} coverage
 * @property {boolean} partial only some of the tests run, so that their coverage says nothing about a package
 */

/** Flags whose value may follow as a word of its own, so that the word is no package. */
const TAKES_VALUE = new Set([
  '-t',
  '--bail',
  '--dir',
  '--exclude',
  '--max-workers',
  '--pool',
  '--project',
  '--reporter',
  '--retry',
  '--shard',
  '--test-name-pattern',
  '--test-timeout',
]);
const NARROWS = new Set(['-t', '--exclude', '--shard', '--test-name-pattern']);

/** Thrown for a call that cannot be meant; its message is for the person who typed it. */
export class UsageError extends Error {}

/**
 * @param {readonly string[]} argv
 * @param {readonly Project[]} projects
 * @returns {Run}
 */
export function translate(argv, projects) {
  const find = (/** @type {string} */ word) =>
    projects.find(({ folder, name }) => folder === word || name === word);
  /** @type {Set<Project>} */
  const selected = new Set();
  /** @type {string[]} */
  const rest = [];
  const run = { watch: false, debug: false, coverage: false, partial: false };

  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = kebab(word.split('=', 1)[0] ?? word);
    if (word === '--') continue;
    if (NARROWS.has(flag)) run.partial = true;

    if (word === '--watch' || word === '-w') run.watch = true;
    else if (word === '--debug') run.debug = true;
    else if (word === '--coverage' || word === '--coverage=true') run.coverage = true;
    else if (flag === '--filter') {
      const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words.shift() ?? '');
      for (const name of value.split(',')) selected.add(find(name) ?? unknown(name, projects));
    } else if (word.startsWith('-')) {
      rest.push(word);
      const value = TAKES_VALUE.has(word) || TAKES_VALUE.has(flag) ? words[0] : undefined;
      if (value !== undefined && !word.includes('=')) rest.push(words.shift() ?? value);
    } else {
      const project = find(word);
      if (project) selected.add(project);
      else {
        rest.push(word);
        run.partial = true;
      }
    }
  }

  const args = [run.watch ? 'watch' : 'run', ...[...selected].map(({ folder }) => `--project=${folder}`)];
  if (run.debug) args.push(...debugFlags(rest));
  if (run.coverage) {
    // Not `--coverage`: vitest would take a file filter that follows it for its value.
    args.push('--coverage.enabled=true');
    args.push(...[...selected].map(({ path }) => `--coverage.include=${path}/src/**/*.ts`));
  }
  return { ...run, args: [...args, ...rest] };
}

/**
 * One process, one file at a time, listening for a debugger but not waiting: a call without one still ends.
 *
 * @param {readonly string[]} rest
 */
function debugFlags(rest) {
  const has = (/** @type {string} */ name) => rest.some((word) => kebab(word).startsWith(name));
  return [
    ...(has('--inspect') ? [] : ['--inspect']),
    '--no-file-parallelism',
    ...(has('--reporter') ? [] : ['--reporter=verbose']),
  ];
}

/**
 * vitest takes `--testNamePattern` and `--test-name-pattern` alike.
 *
 * @param {string} flag
 */
function kebab(flag) {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * @param {string} name
 * @param {readonly Project[]} projects
 * @returns {never}
 */
function unknown(name, projects) {
  const known = projects.map((project) => `  ${project.name}`).join('\n');
  throw new UsageError(`There is no package "${name}". Known are:\n${known}`);
}
