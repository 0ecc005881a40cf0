/** The span of a tracer that stands for a request. */
export interface RequestSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether the trace is recorded, as the flags of W3C Trace Context say. */
  readonly sampled: boolean;
  /** Runs a function in a context of the tracer in which this span is active. */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R;
}

/** The fields of a log line that belongs to a span, as OpenTelemetry names them in logs that are not its own. */
export function logFieldsOf({ traceId, spanId, sampled }: RequestSpan): Record<string, unknown> {
  return { trace_id: traceId, span_id: spanId, trace_flags: sampled ? '01' : '00' };
}
