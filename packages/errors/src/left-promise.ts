/**
 * Whether a function that must not be async has been one. TypeScript refuses it, JavaScript does not. Nobody awaits what it
 * returned, so its rejection would end the process: it is ignored.
 */
export function isLeftPromise(value: unknown): boolean {
  const isPromise = typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
  if (isPromise) Promise.resolve(value).catch(() => undefined);
  return isPromise;
}
