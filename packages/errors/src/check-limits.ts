import { type Check, is, isInteger, orElse } from './check.ts';

/** The longest delay of a timer, in milliseconds. */
export const MAX_TIMER = 2 ** 31 - 1;

const NONE = 'a whole number, or 0 for no limit';

/** A limit that can't be switched off. */
export const limit = (fallback: number, max = Number.MAX_SAFE_INTEGER): Check<number> =>
  orElse(
    is('a whole number above 0', (value) => isInteger(value, 1, max)),
    fallback,
  );

/** A limit that 0 switches off. */
export const limitOrNone = (fallback: number): Check<number> =>
  orElse(
    is(NONE, (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
    fallback,
  );

/** A time limit in milliseconds that 0 switches off. */
export const milliseconds = is<number>(`${NONE}, of at most ${MAX_TIMER} milliseconds`, (value) =>
  isInteger(value, 0, MAX_TIMER),
);
