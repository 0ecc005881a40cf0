/**
 * Milliseconds to wait before the next attempt: half of a time that begins with `min` and doubles with each attempt, and a random part of
 * the other half.
 *
 * @param attempts how many there were, since the last connection that lasted
 */
export function delayBefore(attempts: number, min: number, max: number): number {
  const longest = Math.min(max, min * 2 ** Math.min(Math.max(0, attempts - 1), 30));
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Whether a close code says that another attempt would not help. */
export function endsForGood(code: number): boolean {
  if (code >= 3000) return true;
  // 1001 is a server that stops, 1006 a connection that breaks; from 1011 on, it is the fault of a server.
  return code === 1000 || (code >= 1002 && code <= 1010 && code !== 1005 && code !== 1006);
}
