// Each says that it is those below, too.
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const SYSTEMS = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** What to call a browser, by its `User-Agent`: nothing of what the client sent is in it. */
export function browserOf(userAgent = ''): string {
  const find = (names: readonly (readonly [string, string])[]): string | undefined =>
    names.find(([sign]) => userAgent.includes(sign))?.[1];
  const system = find(SYSTEMS);
  return [find(BROWSERS) ?? 'A browser', ...(system === undefined ? [] : [`on ${system}`])].join(' ');
}
