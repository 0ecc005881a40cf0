import { leftOut } from '@blaizejs/errors/internal';
import type { CookieOptions } from '@blaizejs/types';
import { stringifySetCookie } from 'cookie';

declare const BLAIZE_WITHOUT_COOKIES: true | undefined;

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

function withoutUndefined(options: CookieOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
