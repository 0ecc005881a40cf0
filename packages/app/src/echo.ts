import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';

import type { Part } from './field-issues.ts';

// A longer value is no slip of the keyboard, and may be anything.
const LONG = 64;
// A stretch that a message and a value have in common, in characters.
const STRETCH = 8;
const LONG_STRETCH = 24;
// How much of a value is looked at.
const MAX_NODES = 200;
const MAX_DEPTH = 8;
const MAX_TEXT = 4096;

/** How much comparing all messages of an error may take: clients choose how long values are. */
export interface EchoBudget {
  /** Characters times stretches. */
  left: number;
}

export const ECHO_BUDGET = 20_000_000;

/**
 * Whether a message repeats a value that must not be shown: one under a name such as `password` or `authorization`, a cookie,
 * one that looks like a token, or any text of more than 64 characters. Libraries put the value into messages
 * (`must be an email address (was "…")`), and applications do, into their own.
 *
 * @param keys the path to the field
 * @param given the whole part
 * @param budget once it is used up, every message counts as an echo
 */
export function repeatsValue(
  message: string,
  part: Part,
  keys: readonly PropertyKey[],
  given: unknown,
  budget: EchoBudget = { left: ECHO_BUDGET },
): boolean {
  const isSecret = part === 'cookies' || keys.some((key) => typeof key === 'string' && isSecretName(key));
  const look = { text: message.toLowerCase(), nodes: MAX_NODES, budget };
  return holds(valueAt(given, keys), isSecret, look, MAX_DEPTH);
}

interface Look {
  /** The message, in lower case. */
  readonly text: string;
  /** How many more values to look at. */
  nodes: number;
  readonly budget: EchoBudget;
}

function holds(value: unknown, isSecret: boolean, look: Look, depth: number): boolean {
  if ((look.nodes -= 1) < 0 || depth < 0) return false;
  if (typeof value === 'string') return repeats(look, value, isSecret || isSecretValue(value));
  if (typeof value === 'number' || typeof value === 'bigint') {
    return isSecret && repeats(look, String(value), true);
  }
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) {
    if (look.nodes < 0) return false;
    const secret = isSecret || isSecretName(key);
    if (holds((value as Readonly<Record<string, unknown>>)[key], secret, look, depth - 1)) return true;
  }
  return false;
}

function repeats({ text, budget }: Look, value: string, isSecret: boolean): boolean {
  if (!isSecret && value.length <= LONG) return false;
  const whole = value.trim().toLowerCase();
  if (whole === '') return false;
  if (whole.length <= STRETCH) return text.includes(whole);
  const stretch = isSecret ? STRETCH : LONG_STRETCH;
  // Its beginning and its end: messages cut what is long.
  const looked =
    whole.length <= 2 * MAX_TEXT ? whole : `${whole.slice(0, MAX_TEXT)}\0${whole.slice(-MAX_TEXT)}`;
  const stretches = Math.min(text.length, 1024) - stretch + 1;
  if ((budget.left -= looked.length * Math.max(stretches, 0)) < 0) return true;
  for (let at = 0; at < stretches; at++) {
    if (looked.includes(text.slice(at, at + stretch))) return true;
  }
  return false;
}

function valueAt(given: unknown, keys: readonly PropertyKey[]): unknown {
  let value = given;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}
