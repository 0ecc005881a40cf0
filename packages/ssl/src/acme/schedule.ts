const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The window in which an authority suggests to renew (RFC 9773 section 4.2). */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
}

/** Reads the window of an answer; undefined if it has none that makes sense. */
export function readWindow(json: Readonly<Record<string, unknown>>): RenewalWindow | undefined {
  const { start, end } = (json['suggestedWindow'] ?? {}) as Record<string, unknown>;
  const window = { start: Date.parse(String(start)), end: Date.parse(String(end)) };
  return window.start < window.end ? window : undefined;
}

/**
 * When to renew a certificate: at a moment in the suggested window that differs between servers, otherwise at two thirds of
 * its lifetime. In either case before it expires.
 *
 * @param random from 0 to 1, the same for as long as the window is
 * @param issued when this process got the certificate; 0 if an earlier one did. An authority whose windows have always passed does not
 *   have it renewed again and again
 */
export function renewalTime(
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
  window: RenewalWindow | undefined,
  random: number,
  issued = 0,
): number {
  const [from, to] = [notBefore.getTime(), notAfter.getTime()];
  const usual = from + ((to - from) * 2) / 3;
  if (!window) return usual;
  const suggested = window.start + (window.end - window.start) * random;
  const chosen = Math.max(suggested, issued === 0 ? 0 : issued + 6 * HOUR);
  // A window after the end would let it expire.
  return chosen < to ? chosen : usual;
}

/**
 * How long to wait after a number of failures in a row: 1, 3, 9, 27 and 81 minutes, then 4 and 6 hours, and up to a quarter
 * more. An hour then has at most five attempts, which is what Let's Encrypt allows for one name.
 */
export function backOff(failures: number, random: number): number {
  const usual = Math.min(MINUTE * 3 ** Math.min(failures - 1, 10), 6 * HOUR);
  return usual * (1 + random / 4);
}

/** How long to wait before asking for the window again: what the server says, from a minute to a day; otherwise 6 hours. */
export function nextLook(retryAt: number | undefined, now: number): number {
  const asked = retryAt === undefined ? 6 * HOUR : retryAt - now;
  return now + Math.min(Math.max(asked, MINUTE), DAY);
}

/** A time in words, for log lines. */
export function remaining(milliseconds: number): string {
  if (milliseconds <= 0) return 'no time';
  if (milliseconds < 2 * HOUR) return `${Math.ceil(milliseconds / MINUTE)} minutes`;
  return milliseconds < 2 * DAY
    ? `${Math.floor(milliseconds / HOUR)} hours`
    : `${Math.floor(milliseconds / DAY)} days`;
}
