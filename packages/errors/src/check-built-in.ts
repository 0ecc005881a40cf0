import { BlaizeError } from './blaize-error.ts';
import type { Check } from './check.ts';
import { type ConfigurationProblem, listProblems } from './configuration-error.ts';

/**
 * Checks the options of a built-in middleware.
 *
 * @param name of the function that takes the options: `cors`
 * @returns the options, with all defaults filled in
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem
 */
export function checkBuiltIn<T>(name: string, check: Check<T>, value: unknown): T {
  const problems: ConfigurationProblem[] = [];
  const checked = check(value, '', (path, received, expected, suggestion) => {
    problems.push({ path: path || 'options', received, expected, suggestion });
  });
  if (problems.length === 0) return checked;
  throw new BlaizeError(
    'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
    `The options of ${name}() have ${listProblems(problems)}`,
  );
}
