export { tracing } from './tracing/tracing.ts';
export type { TracingOptions } from './tracing/options.ts';
export { traceHeaders } from './tracing/propagation.ts';
export type { Context, Plugin } from '@blaizejs/types';
