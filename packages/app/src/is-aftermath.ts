import type { RequestContext } from '@blaizejs/context/internal';

const CODES = new Set([
  'ABORT_ERR',
  'ERR_BLAIZE_ABORTED',
  'ERR_BLAIZE_REQUEST_ABORTED',
  'ERR_BLAIZE_RESPONSE_SENT',
  'ERR_BLAIZE_STREAM_CLOSED',
  'ERR_HTTP2_INVALID_STREAM',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const MAX_DEPTH = 4;

/**
 * Whether an error is only a consequence of a request being abandoned, because its client left or its time was up. Code that
 * reads its body, writes its answer or watches its signal then fails, as it should.
 */
export function isAftermath(thrown: unknown, { request }: RequestContext): boolean {
  try {
    let error = thrown;
    for (let depth = 0; depth < MAX_DEPTH && typeof error === 'object' && error !== null; depth++) {
      const { name, code, cause } = error as { name?: unknown; code?: unknown; cause?: unknown };
      if (error === request.abandoned || name === 'AbortError' || CODES.has(code as string)) return true;
      error = cause;
    }
  } catch {
    // It can't be read, so it is a different error.
  }
  return false;
}
