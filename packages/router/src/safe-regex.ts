/**
 * Whether a regular expression has no repetition in another one, and 25 repetitions at most. It stands in for `safe-regex2`, which
 * brings a parser: it refuses what that refuses, and also `(a*)*?`.
 */
export function isSafeRegex(regex: RegExp): boolean {
  const source = regex.source
    .replace(/\\(?:[xuck].|[^])/g, 'e')
    .replace(/\[[^\]]*\]/g, 'c')
    .replace(/\(\?(?:[=!:]|<\w+>)/g, '(');
  // What it can't read.
  if (source.includes('(?')) return false;
  const repeats = [false];
  let count = 0;
  let isRepeated: boolean | undefined = false;
  for (const [token] of source.matchAll(/\{\d+(?:,\d*)?\}|[^]/g)) {
    if (token === '(') repeats.push(false);
    if (token === ')') {
      isRepeated = repeats.pop();
      if (isRepeated) repeats[repeats.length - 1] = true;
    } else if (/^(?:[*+?]|\{.+)$/.test(token)) {
      if (isRepeated || ++count > 25) return false;
      repeats[repeats.length - 1] = true;
    } else {
      isRepeated = false;
    }
  }
  return true;
}
