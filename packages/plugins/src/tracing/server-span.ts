import type { RequestSpan } from '@blaizejs/context/internal';
import type { Outcome } from '@blaizejs/types';
import { type Context, context, type Span, SpanStatusCode, TraceFlags } from '@opentelemetry/api';

const ABORTED = 'aborted';

/** The span of a request. */
export class ServerSpan implements RequestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly #span: Span;
  readonly #context: Context;

  /** @param active in which `span` is active */
  constructor(span: Span, active: Context) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.#span = span;
    this.#context = active;
  }

  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    return context.with(this.#context, fn, undefined, ...args);
  }

  /** @param error that was answered, or that broke off the answer */
  end({ status, aborted }: Outcome, error: Error | undefined): void {
    const span = this.#span;
    if (status !== 0) span.setAttribute('http.response.status_code', status);
    // An answer that broke off after its head by an error of the server has the status of a good one.
    const isBroken = aborted && error !== undefined && isOfServer(error);
    if (status >= 500 || isBroken) {
      span.setAttribute('error.type', isBroken ? error.name : String(status));
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (error) span.recordException(error);
    } else if (aborted) {
      // The client left, which is no error of the server.
      span.setAttribute('error.type', ABORTED);
    }
    span.end();
  }

  /** Ends the span of a request that is cut off because the server stops. */
  cutOff(): void {
    this.#span.setAttribute('error.type', ABORTED);
    this.#span.end();
  }
}

/** Whether it is no answer to a mistake of the client, as a body that was broken off is. */
function isOfServer(error: Error): boolean {
  const { status } = error as { status?: unknown };
  return typeof status !== 'number' || status >= 500;
}
