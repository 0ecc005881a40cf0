import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Where it is: `http2.keyFile`. */
  readonly path: string;
  /** The value that was given; undefined if there was none. */
  readonly received: unknown;
  /** What is accepted: `a whole number from 0 to 65535`. */
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** Options that cannot be used. It lists every problem at once. Code: `ERR_BLAIZE_CONFIGURATION`. */
export class ConfigurationError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ConfigurationError');

  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super('ERR_BLAIZE_CONFIGURATION', `The options have ${listProblems(problems)}`);
    this.problems = problems;
  }
}

/** The problems in words, one per line, after their number: `2 problems:\n  - port: expected …`. */
export function listProblems(problems: readonly ConfigurationProblem[]): string {
  const lines = problems.map(({ path, received, expected, suggestion }) => {
    const came = received === undefined ? 'nothing' : show(received);
    return `  - ${path}: expected ${expected}, received ${came}${suggestion ? `. ${suggestion}` : ''}`;
  });
  return `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:\n${lines.join('\n')}`;
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
