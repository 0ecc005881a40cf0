/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('Nothing has no median.');
  return (low + high) / 2;
}

/**
 * How much more of one there is than of the other: the median of the ratios within a round, because what disturbs a
 * machine for longer than a round disturbs both.
 *
 * @param {readonly number[]} values a round each
 * @param {readonly number[]} others of the same rounds
 */
export function ratio(values, others) {
  return median(values.map((value, round) => value / (others[round] ?? NaN)));
}
