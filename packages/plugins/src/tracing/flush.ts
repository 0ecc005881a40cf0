import type { ProxyTracerProvider, TracerProvider } from '@opentelemetry/api';

/** What the providers of SDKs have in addition. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

/**
 * Lets a provider export the spans that it holds.
 *
 * @returns whether it has done so within `timeout` milliseconds
 * @throws what the exporter throws
 */
export async function flush(provider: TracerProvider, timeout: number): Promise<boolean> {
  const real: Flushable & TracerProvider =
    (provider as Partial<ProxyTracerProvider>).getDelegate?.() ?? provider;
  if (!real.forceFlush) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, timeout, false)));
  try {
    return await Promise.race([real.forceFlush().then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
