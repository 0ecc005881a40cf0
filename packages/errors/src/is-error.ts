/** Whether a value is an error of this or another realm, such as a `node:vm` context. Never throws. */
export function isError(value: unknown): value is Error {
  try {
    if (value instanceof Error) return true;
    // An error of another realm has another `Error` in its prototype chain, but the same tag.
    return Object.prototype.toString.call(value) === '[object Error]' && typeof messageIn(value) === 'string';
  } catch {
    // A proxy may throw on any access.
    return false;
  }
}

function messageIn(value: unknown): unknown {
  return (value as { readonly message?: unknown }).message;
}
