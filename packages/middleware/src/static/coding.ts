import { acceptedCodings } from '@blaizejs/context/internal';

/** The codings of compressed files beside their original, the best one first, with the ends of their names. */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

export const SUFFIXES: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' };

/**
 * The codings that a client likes at least as much as the file itself, the best one first (RFC 9110 section 12.5.3). None if
 * there is no `Accept-Encoding`.
 *
 * @param header the value of `Accept-Encoding`
 * @param offered what there may be; decides between codings that the client likes as much
 */
export function preferredCodings(header: string | undefined, offered: readonly Coding[]): readonly Coding[] {
  const accepted = acceptedCodings(header, offered);
  const identity = accepted.indexOf('identity');
  return (identity === -1 ? accepted : accepted.slice(0, identity)) as readonly Coding[];
}
