import { HttpError } from '@blaizejs/errors';

/** One attempt. */
export interface Attempt {
  /** What is called. */
  readonly name: string;
  /** Milliseconds until the head of the answer. */
  readonly timeout: number;
  /** The caller's. It holds for the body too. */
  readonly signal: AbortSignal;
  /** Whether others wait to hear how it ends: it goes on without its caller until that is known. */
  readonly isTrial: boolean;
}

/**
 * Calls once, and gives up when the head of the answer takes too long.
 *
 * @returns the error if the call failed; rejects only if the caller stopped it, which is no failure of the other side
 */
export async function attempt(
  request: Request,
  { name, timeout, signal, isTrial }: Attempt,
): Promise<Response | HttpError> {
  const controller = new AbortController();
  const late = new DOMException(`${name} did not answer in ${timeout} ms.`, 'TimeoutError');
  const timer = setTimeout(() => {
    controller.abort(late);
  }, timeout);
  try {
    const response = await fetch(request, {
      signal: isTrial ? controller.signal : AbortSignal.any([signal, controller.signal]),
    });
    if (isTrial) follow(controller, signal);
    return response;
  } catch (error) {
    if (!isTrial && signal.aborted) throw error;
    if (error === late) return new HttpError(504, late.message, { cause: error });
    return new HttpError(502, `${name} cannot be reached: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function follow(controller: AbortController, signal: AbortSignal): void {
  const stop = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** What undici says is "fetch failed"; the cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && cause.message ? cause.message : (error as Error).message;
}
