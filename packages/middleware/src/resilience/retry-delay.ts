import { parseHttpDate } from '@blaizejs/context/internal';

const FIRST = 100;

/**
 * Milliseconds before the next attempt: what `Retry-After` asks for (RFC 9110 section 10.2.3), or a random part of a time that
 * doubles with each attempt, so that clients do not come back all at once.
 *
 * @param attempt from 1
 * @returns undefined if the server asks for more than `maxDelay`
 */
export function retryDelay(
  attempt: number,
  maxDelay: number,
  retryAfter: string | null | undefined,
): number | undefined {
  const asked = retryAfter ? askedFor(retryAfter) : undefined;
  if (asked !== undefined) return asked <= maxDelay ? asked : undefined;
  return Math.random() * Math.min(maxDelay, FIRST * 2 ** (attempt - 1));
}

function askedFor(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const seconds = parseHttpDate(text);
  return seconds === undefined ? undefined : Math.max(0, seconds * 1000 - Date.now());
}
