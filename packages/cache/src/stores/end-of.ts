/**
 * The time at which a value ends, as `Date.now()` counts; `Infinity` if it never does.
 *
 * @throws RangeError if `ttl` is not a number
 */
export function endOf(ttl: number | undefined): number {
  if (ttl === undefined) return Infinity;
  if (typeof ttl !== 'number' || Number.isNaN(ttl)) {
    throw new RangeError(`The \`ttl\` of a value must be milliseconds, not ${String(ttl)}.`);
  }
  return Date.now() + ttl;
}
