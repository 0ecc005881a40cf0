/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { assertHeaderName, assertHeaderValue } from './header-field.ts';
export { toError, toProblem, type ProblemOptions } from './problem.ts';
export { titleOf } from './status.ts';
