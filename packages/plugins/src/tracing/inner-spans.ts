import type { ObserveStep, RequestContext } from '@blaizejs/context/internal';
import { toError } from '@blaizejs/errors/internal';
import { context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';

import type { PluginStep } from '../plugin-channel.ts';

/** Runs something in a span of its own, and returns what it returns. A promise ends the span later. */
export function inSpan<T>(tracer: Tracer, name: string, attributes: Record<string, string>, run: () => T): T {
  const span = tracer.startSpan(name, { attributes });
  let result: T;
  try {
    result = context.with(trace.setSpan(context.active(), span), run);
  } catch (error) {
    fail(span, error);
    throw error;
  }
  const { then } = Object(result) as { then?: unknown };
  if (typeof then === 'function') {
    // Not the result itself: whoever gets that one handles its error.
    then.call(
      result,
      () => span.end(),
      (error: unknown) => fail(span, error),
    );
  } else span.end();
  return result;
}

function fail(span: Span, thrown: unknown): void {
  const error = toError(thrown);
  span.setAttribute('error.type', error.name);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.recordException(error);
  span.end();
}

/** Gives middleware and handlers spans of their own, in requests that have one. */
export function observeWith(
  tracer: () => Tracer | undefined,
  spans: { readonly middleware: boolean; readonly handler: boolean },
): ObserveStep {
  return (step, run) => {
    if (!spans[step.kind]) return run;
    const { kind, name } = step;
    const label = `${kind} ${name}`;
    const attributes = kind === 'middleware' ? { 'blaizejs.middleware': name } : { 'http.route': name };
    return (ctx: RequestContext, ...rest) => {
      const current = ctx.span && tracer();
      return current ? inSpan(current, label, attributes, () => run(ctx, ...rest)) : run(ctx, ...rest);
    };
  };
}

/** Gives the hook of a plugin a span of its own. */
export function observeHook(tracer: Tracer, step: PluginStep): void {
  const { plugin, hook } = step;
  const attributes = { 'blaizejs.plugin': plugin.name, 'blaizejs.hook': hook };
  step.around = (run) => inSpan(tracer, `plugin ${plugin.name} ${hook}`, attributes, run);
}
