/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { describeError, type DescribedError } from './describe-error.ts';
export { assertHeaderName, assertHeaderValue } from './header-field.ts';
export { isError } from './is-error.ts';
export { readHttpError, toError, toProblem, type ProblemOptions } from './problem.ts';
export { titleOf } from './status.ts';
