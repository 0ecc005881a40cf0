/**
 * Lists the counts that have changed.
 *
 * @param {Readonly<Record<string, number>>} before the previous counts
 * @param {Readonly<Record<string, number>>} after
 * @returns {string[]} `descriptor socket: 3, then 5`
 */
export function changes(before, after) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [then = 0, now = 0] = [before[name], after[name]];
    return then === now ? [] : [`${name}: ${then}, then ${now}`];
  });
}
