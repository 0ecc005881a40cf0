import type { RequestContext } from './request-context.ts';

/** A part of the path of a request that a tracer can have a span for. */
export interface Step {
  readonly kind: 'middleware' | 'handler';
  /** The name of the middleware, or method and pattern of the route. */
  readonly name: string;
}

/** Code of a step. */
export type RunStep<Rest extends unknown[]> = (ctx: RequestContext, ...rest: Rest) => unknown;

/**
 * Wraps the code of a step when routes are compiled, or returns it as it is. What it returns must return the same value, and
 * throw the same error.
 */
export type ObserveStep = <Rest extends unknown[]>(step: Step, run: RunStep<Rest>) => RunStep<Rest>;

/** An app whose steps can be observed. */
export interface ObservableSteps {
  /** Observes all steps, from the next request on. */
  observeSteps(observe: ObserveStep): void;
}
