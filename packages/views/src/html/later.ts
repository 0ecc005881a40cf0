/** Something in a page that is not there yet. */
export class Later {
  readonly source: PromiseLike<unknown> | AsyncIterable<unknown>;
  /** Turns what comes into text, as it fits where it stands. */
  readonly isPlain: boolean;

  constructor(source: PromiseLike<unknown> | AsyncIterable<unknown>, isPlain: boolean) {
    this.source = source;
    this.isPlain = isPlain;
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}

export function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** Lets something go that nobody will read. */
export function letGo(source: object): void {
  if (isPromise(source)) {
    source.then(undefined, ignore);
    return;
  }
  const {
    destroy,
    cancel,
    return: end,
  } = source as {
    destroy?: () => unknown;
    cancel?: () => Promise<unknown>;
    return?: () => unknown;
  };
  const stop = [destroy, cancel, end].find((method) => typeof method === 'function');
  if (!stop) return;
  void new Promise((resolve) => {
    resolve(stop.call(source));
  }).catch(ignore);
}

export function ignore(): void {}
