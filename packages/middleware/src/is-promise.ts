/** Whether a value must be awaited. */
export function isPromise<T>(value: T): value is T & Promise<Awaited<T>> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
