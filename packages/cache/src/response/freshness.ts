import type { CacheControl } from './cache-control.ts';
import type { Entry, Head } from './entry.ts';

/** How old an answer is now, in milliseconds (RFC 9111 section 4.2.3). */
export function ageOf({ head }: Entry, now: number): number {
  return head.age + Math.max(0, now - head.time);
}

/** How long an answer is still fresh; negative if it is stale. In milliseconds. */
export function remainingOf(entry: Entry, now: number): number {
  return entry.head.lifetime - ageOf(entry, now);
}

/**
 * What may be done with a stored answer: it is the answer; it is, while a new one is fetched; or the handler has to be asked. `forced`
 * if the client insists on that.
 */
type Verdict = 'fresh' | 'stale' | 'while-revalidate' | 'validate' | 'forced';

/** @param directives of the request; @param mayForce whether clients may insist on a new answer */
export function judge(entry: Entry, now: number, directives: CacheControl, mayForce: boolean): Verdict {
  const { head } = entry;
  const remaining = remainingOf(entry, now);
  if (head.noCache) return 'validate';
  if (mayForce && isForced(directives, ageOf(entry, now), remaining)) return 'forced';
  if (remaining > 0) return 'fresh';
  if (head.mustRevalidate && head.whileRevalidate === 0) return 'validate';
  if (!head.mustRevalidate && directives.has('max-stale')) {
    // Without a value it is any age (RFC 9111 section 5.2.1.2).
    const most = directives.isWhole('max-stale') ? Infinity : (directives.seconds('max-stale') ?? 0) * 1_000;
    if (-remaining <= most) return 'stale';
  }
  return -remaining <= head.whileRevalidate ? 'while-revalidate' : 'validate';
}

/** Whether a stale answer may be sent instead of an error. */
export function isGoodInstead(entry: Entry, now: number): boolean {
  return !entry.head.noCache && -remainingOf(entry, now) <= entry.head.ifError;
}

function isForced(directives: CacheControl, age: number, remaining: number): boolean {
  if (directives.has('no-cache')) return true;
  const maxAge = directives.seconds('max-age');
  if (maxAge !== undefined && age > maxAge * 1_000) {
    return !directives.has('max-stale');
  }
  const minFresh = directives.seconds('min-fresh');
  return minFresh !== undefined && remaining < minFresh * 1_000;
}

// Without any of the others: a client may accept a stale answer, and one that can be validated saves work.
const KEPT_STALE = 60_000;

/** How long to keep an answer, in milliseconds. */
export function keepFor(head: Head, now: number): number {
  const remaining = head.lifetime - head.age - Math.max(0, now - head.time);
  const canValidate = head.fields['etag'] !== undefined || head.fields['last-modified'] !== undefined;
  const beyond = Math.max(
    head.whileRevalidate,
    head.ifError,
    canValidate ? Math.max(KEPT_STALE * 10, head.lifetime) : head.mustRevalidate ? 0 : KEPT_STALE,
  );
  return Math.max(1, Math.ceil(Math.max(0, remaining) + beyond));
}
