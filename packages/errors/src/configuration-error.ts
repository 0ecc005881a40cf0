import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/** One problem of a configuration. */
export interface ConfigurationProblem {
  /** The option: `http2.keyFile`. */
  readonly path: string;
  /** The given value; undefined if there was none. */
  readonly received: unknown;
  /** What is accepted: `a whole number from 0 to 65535`. */
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** The options are not valid. The message lists every problem. Code: `ERR_BLAIZE_CONFIGURATION`. */
export class ConfigurationError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ConfigurationError');

  readonly problems: readonly ConfigurationProblem[];

  /** @param of the function that takes the options, for the message: `createServer()` */
  constructor(problems: readonly ConfigurationProblem[], of?: string) {
    const options = of === undefined ? 'The options' : `The options of ${of}`;
    super('ERR_BLAIZE_CONFIGURATION', `${options} have ${listProblems(problems)}`);
    this.problems = problems;
  }
}

/** Describes the problems, one per line: `2 problems:\n  - port: expected …`. */
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
