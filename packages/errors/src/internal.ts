/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { describeError, type DescribedError } from './describe-error.ts';
export * from './check.ts';
export * from './check-middleware.ts';
export { limit, limitOrNone, MAX_TIMER, milliseconds } from './check-limits.ts';
export { closest } from './closest.ts';
export type { Json } from './json.ts';
export { leftOut } from './left-out.ts';
export { isLeftPromise } from './left-promise.ts';
export { addListener, callListeners, type Listeners } from './listeners.ts';
export { listProblems } from './configuration-error.ts';
export { assertHeaderName, assertHeaderValue, isToken } from './header-field.ts';
export { isError } from './is-error.ts';
export { readHttpError, toError, toProblem, type ProblemOptions } from './problem.ts';
export { titleOf } from './status.ts';
export { isSecretName, isSecretValue } from './secret.ts';
