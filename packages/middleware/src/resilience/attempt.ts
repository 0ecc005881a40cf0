import { HttpError } from '@blaizejs/errors';

/**
 * Calls once, and gives up when the head of the answer takes too long. The caller's signal holds for the body too.
 *
 * @returns the error if the call failed; rejects only if the caller stopped it, which is no failure of the other side
 */
export async function attempt(
  name: string,
  timeout: number,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Response | HttpError> {
  const controller = new AbortController();
  const late = new DOMException(`${name} did not answer in ${timeout} ms.`, 'TimeoutError');
  const timer = setTimeout(() => {
    controller.abort(late);
  }, timeout);
  try {
    return await fetch(request, {
      signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error === late) return new HttpError(504, late.message, { cause: error });
    return new HttpError(502, `${name} cannot be reached: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** What undici says is "fetch failed"; the cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && cause.message ? cause.message : (error as Error).message;
}
