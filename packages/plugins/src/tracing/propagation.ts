import type { HeaderFields } from '@blaizejs/types';
import { type Context, context, propagation, type TextMapGetter } from '@opentelemetry/api';

// W3C Trace Context, section 3.2: lower case, no version ff, no id of zeros. Later versions may add something after a dash.
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;
/** Characters of a `traceparent` of a later version. */
const MAX_TRACEPARENT = 512;

function isTraceparent(text: string): boolean {
  if (text.length > MAX_TRACEPARENT) return false;
  const found = TRACEPARENT.exec(text);
  return found !== null && (found[1] !== '00' || found[2] === undefined);
}

const getter: TextMapGetter<HeaderFields> = {
  keys: (headers) => Object.keys(headers).filter((name) => !name.startsWith(':')),
  get(headers, key) {
    const name = key.toLowerCase();
    // Node's headers inherit from Object.
    const value = Object.hasOwn(headers, name) && !name.startsWith(':') ? headers[name] : undefined;
    // Two of them are none: nobody knows which one is right.
    if (name === 'traceparent') return typeof value === 'string' && isTraceparent(value) ? value : undefined;
    return Array.isArray(value) ? value.join(',') : value;
  },
};

/** Reads the caller's context from headers. Without one that is valid, it is `base`. */
export function extractContext(base: Context, headers: HeaderFields): Context {
  return propagation.extract(base, headers, getter);
}

/**
 * Adds the current trace to headers of an outgoing request: `traceparent`, `tracestate`, and whatever else the registered
 * propagators write. Without a trace, or without OpenTelemetry's SDK, the headers stay as they are.
 *
 * ```ts
 * await fetch(url, { headers: traceHeaders({ accept: 'application/json' }) });
 * ```
 */
export function traceHeaders(headers?: ConstructorParameters<typeof Headers>[0]): Headers {
  const all = new Headers(headers);
  propagation.inject(context.active(), all, { set: (carrier, name, value) => carrier.set(name, value) });
  return all;
}
