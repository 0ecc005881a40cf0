import type { AnyContext } from '@blaizejs/types';

/** The end of one stream. A signal takes more memory than the stream, so it is made when somebody asks for it. */
export class StreamEnd {
  readonly #request: AnyContext['request'];
  #controller: AbortController | undefined;
  #onAbort: (() => void) | undefined;
  #isOver = false;

  constructor({ request }: Pick<AnyContext, 'request'>) {
    this.#request = request;
  }

  /** Aborts at the end, or when the client has left. */
  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    const controller = (this.#controller = new AbortController());
    const { signal } = this.#request;
    const onAbort = (this.#onAbort = (): void => controller.abort(signal.reason));
    if (this.#isOver) controller.abort();
    else if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return controller.signal;
  }

  close(): void {
    this.#isOver = true;
    if (this.#onAbort) this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#controller?.abort();
  }
}
