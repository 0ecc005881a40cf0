/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('Nothing has no median.');
  return (low + high) / 2;
}

/**
 * The ratio of two series: the median of the ratios within each round, because a disturbance that lasts longer than a round
 * affects both.
 *
 * @param {readonly number[]} values one per round
 * @param {readonly number[]} others of the same rounds
 */
export function ratio(values, others) {
  return median(values.map((value, round) => value / (others[round] ?? NaN)));
}
