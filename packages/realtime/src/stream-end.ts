import type { AnyContext } from '@blaizejs/types';

/** The end of one stream. A signal takes more memory than the stream, so it is made when somebody asks for it. */
export class StreamEnd {
  readonly #request: AnyContext['request'];
  #controller: AbortController | undefined;
  #isOver = false;

  constructor({ request }: Pick<AnyContext, 'request'>) {
    this.#request = request;
  }

  /** Aborts at the end, or when the client has left. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      const { signal } = this.#request;
      if (this.#isOver) this.#controller.abort();
      else if (signal.aborted) this.#onAbort();
      else signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    return this.#controller.signal;
  }

  close(): void {
    this.#isOver = true;
    if (!this.#controller) return;
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#controller.abort();
  }

  get #onAbort(): () => void {
    return (this.#abort ??= () => this.#controller?.abort(this.#request.signal.reason));
  }

  #abort: (() => void) | undefined;
}
