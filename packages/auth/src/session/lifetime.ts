import type { Times } from './data.ts';

/** How long sessions live, in milliseconds. */
export interface Lifetime {
  readonly idle: number;
  readonly absolute: number;
}

// Clocks of several servers differ. What lies further in the future was written before a clock was set back: such a session
// would outlive its limits, so it has ended.
const SKEW_MS = 5 * 60_000;
// The part of `idle` after which a session that is only read is renewed.
const RENEWAL = 0.1;

/** Whether a session is within its limits. */
export function isAlive({ created, seen }: Times, { idle, absolute }: Lifetime, now = Date.now()): boolean {
  if (created - now > SKEW_MS || seen - now > SKEW_MS) return false;
  return now - created < absolute && now - seen < idle;
}

/** Whether a session that was only read is to be renewed. */
export function isDue({ seen }: Times, { idle }: Lifetime, now = Date.now()): boolean {
  return now - seen >= idle * RENEWAL;
}

/** The milliseconds that a session has left if it is used now. */
export function timeLeft(created: number, { idle, absolute }: Lifetime, now = Date.now()): number {
  return Math.max(1, Math.min(idle, absolute, created + absolute - now));
}
