/**
 * Whether a function that must not be async has been one. TypeScript refuses it, JavaScript does not. Nobody awaits what it
 * returned, so its rejection would end the process.
 */
export function isLeftPromise(value: unknown): boolean {
  if (!(value instanceof Promise)) return false;
  value.catch(() => undefined);
  return true;
}
