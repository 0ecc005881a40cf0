export * from './blaize-error.ts';
export * from './http-error.ts';
export * from './http-errors.ts';
export * from './problem.ts';
