import { BlaizeError } from '@blaizejs/errors';

/** One problem of a configuration. It never holds the value. */
export interface ConfigProblem {
  /** The variable or the key: `DATABASE_URL`, `db.url`. Empty if the problem is one of the whole. */
  readonly path: string;
  /**
   * Where the value came from: `.env:3`, `config/production.yaml:12`, `the environment`. Undefined if there was none.
   */
  readonly from?: string | undefined;
  /** What is wrong, without the value. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/**
 * A configuration has problems. The message lists all of them, with where each value came from, and shows no value.
 *
 * Codes: `ERR_BLAIZE_ENV` from `env()`, `ERR_BLAIZE_CONFIG` from `loadConfig()` and `reload()`.
 */
export class ConfigError extends BlaizeError {
  readonly problems: readonly ConfigProblem[];

  constructor(code: 'ERR_BLAIZE_ENV' | 'ERR_BLAIZE_CONFIG', problems: readonly ConfigProblem[]) {
    const what = code === 'ERR_BLAIZE_ENV' ? 'The environment' : 'The configuration';
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(code, `${what} has ${count}:\n${problems.map(line).join('\n')}`);
    this.problems = problems;
  }
}

function line({ path, from, message, suggestion }: ConfigProblem): string {
  const where = from === undefined ? '' : ` (${from})`;
  const what = path === '' ? (from ?? '') : `${path}${where}`;
  return `  - ${what}${what === '' ? '' : ': '}${message}${suggestion === undefined ? '' : `. ${suggestion}`}`;
}
