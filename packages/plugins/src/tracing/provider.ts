import type { Tracer, TracerProvider } from '@opentelemetry/api';

/** What the API registers: it passes on to a provider that may come later. */
interface Delegating {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string, version?: string): Tracer | undefined;
}

/** What the providers of SDKs have in addition. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

/** Undefined as long as no SDK has registered a provider. */
export function findTracer(provider: TracerProvider, name: string, version: string): Tracer | undefined {
  const delegating = provider as TracerProvider & Delegating;
  return delegating.getDelegateTracer
    ? delegating.getDelegateTracer(name, version)
    : provider.getTracer(name, version);
}

/**
 * Lets a provider export the spans that it holds.
 *
 * @returns whether it has done so within `timeout` milliseconds
 * @throws what the exporter throws
 */
export async function flush(provider: TracerProvider, timeout: number): Promise<boolean> {
  const real: TracerProvider & Flushable =
    (provider as TracerProvider & Delegating).getDelegate?.() ?? provider;
  if (!real.forceFlush) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, timeout, false)));
  try {
    return await Promise.race([real.forceFlush().then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
