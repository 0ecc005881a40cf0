import { didYouMean, leftOut } from '@blaizejs/errors/internal';
import type { CookieOptions } from '@blaizejs/types';
import { stringifySetCookie } from 'cookie';

declare const BLAIZE_WITHOUT_COOKIES: true | undefined;

const OPTIONS: readonly (keyof CookieOptions)[] = [
  'domain',
  'expires',
  'httpOnly',
  'maxAge',
  'partitioned',
  'path',
  'priority',
  'sameSite',
  'secure',
];

/** The value of `Set-Cookie`; without a value, the cookie is deleted. */
export const cookieLine: (
  name: string,
  value: string | undefined,
  options: CookieOptions,
  scheme: string,
) => string = typeof BLAIZE_WITHOUT_COOKIES === 'undefined' ? write : leftOut('cookies');

function write(name: string, value: string | undefined, options: CookieOptions, scheme: string): string {
  return stringifySetCookie(name, (value ?? '').toWellFormed(), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: scheme === 'https',
    ...withoutUndefined(options),
    ...(value === undefined ? { maxAge: 0, expires: new Date(0) } : {}),
  });
}

/** @throws TypeError for an option that there is not, which could have been meant to make the cookie safer */
function withoutUndefined(options: CookieOptions): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!(OPTIONS as readonly string[]).includes(name)) {
      const advice = didYouMean(name, OPTIONS) ?? `The options are ${OPTIONS.join(', ')}.`;
      throw new TypeError(`cookie() has no option ${JSON.stringify(name)}. ${advice}`);
    }
    if (value !== undefined) given[name] = value;
  }
  return given;
}
