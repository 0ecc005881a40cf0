import type { Exchange } from '@blaizejs/types/internal';

import { isAuthority } from './authority.ts';

/** What follows the `?` of a target. */
export function querystringOf(target: string): string {
  const start = target.indexOf('?');
  return start === -1 ? '' : target.slice(start + 1);
}

/** The URL of a target. */
export function makeUrl({ scheme, authority }: Pick<Exchange, 'scheme' | 'authority'>, target: string): URL {
  const path = target.startsWith('/') ? target : '/';
  // Not resolved against a base: a target that begins with `//` would replace the host.
  return new URL(`${scheme}://${isAuthority(authority) ? authority : 'localhost'}${path}`);
}
