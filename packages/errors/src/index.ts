export * from './blaize-error.ts';
export * from './codes.ts';
export { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
export * from './http-error.ts';
export * from './http-errors.ts';
export * from './listen-error.ts';
export type { ProblemDetails } from './problem.ts';
export * from './setup-errors.ts';
