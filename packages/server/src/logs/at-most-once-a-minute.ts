/** A function that calls `fn`, unless it has done so in the last minute. */
export function atMostOnceAMinute<A extends unknown[]>(fn: (...args: A) => void): (...args: A) => void {
  let next = 0;
  return (...args) => {
    const now = Date.now();
    if (now < next) return;
    next = now + 60_000;
    fn(...args);
  };
}
