/** The codings of compressed files beside their original, the best one first, with the ends of their names. */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

export const SUFFIXES: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' };

const NONE: readonly Coding[] = [];

/**
 * The codings that a client likes at least as much as the file itself, the best one first (RFC 9110 section 12.5.3). None if
 * there is no `Accept-Encoding`.
 *
 * @param header the value of `Accept-Encoding`
 * @param offered what there may be; decides between codings that the client likes as much
 */
export function preferredCodings(header: string | undefined, offered: readonly Coding[]): readonly Coding[] {
  if (header === undefined || header === '') return NONE;
  const weights = readWeights(header);
  const any = weights.get('*');
  // The file as it is stays acceptable unless it is excluded; `*` only excludes it.
  const identity = weights.get('identity') ?? (any === 0 ? 0 : undefined);
  const weighed = offered.map((coding) => ({
    coding,
    weight: weights.get(coding) ?? (coding === 'gzip' ? weights.get('x-gzip') : undefined) ?? any ?? 0,
  }));
  return weighed
    .filter(({ weight }) => weight > 0 && weight >= (identity ?? 0))
    .sort((one, other) => other.weight - one.weight)
    .map(({ coding }) => coding);
}

/** A member that is malformed is left out. */
function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const member of header.toLowerCase().split(',')) {
    const match = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/.exec(member);
    if (match?.[1] !== undefined) weights.set(match[1], Number(match[2] ?? 1));
  }
  return weights;
}
