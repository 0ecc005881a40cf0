import { createMiddleware } from '@blaizejs/middleware';
import type { Middleware } from '@blaizejs/types';

import { FlashJar, type FlashMessage } from './flash/jar.ts';
import { type FlashOptions, resolveOptions } from './flash/options.ts';
import { RequestFlash } from './flash/request-flash.ts';
import { Sealer } from './flash/seal.ts';

export type { FlashMessage, FlashOptions, Middleware };

/** Messages for the next page, on `ctx.state.flash`. */
export interface Flash {
  /**
   * Keeps a message for the next page that takes it, also across redirects, for 10 minutes. If the answer becomes an error, it is
   * dropped.
   *
   * @param kind what it is about, for its look: `success`, `error`
   * @throws BlaizeError `ERR_BLAIZE_FLASH` if the messages are longer than about 1,000 bytes, or the answer was sent
   */
  add(kind: string, text: string): void;
  /**
   * The messages to show in this answer, oldest first, with those that were added for it. They are gone once it is sent, unless it
   * is a redirect, a 304, an error, or the answer to a `HEAD`.
   *
   * @throws BlaizeError `ERR_BLAIZE_FLASH` if the answer was sent
   */
  take(): readonly FlashMessage[];
}

/**
 * Messages that are shown once, on the next page: "Saved." after a redirect.
 *
 * ```ts
 * const messages = flash({ secret: process.env.FLASH_SECRET });
 *
 * createPostRoute({
 *   middleware: [messages],
 *   handler: ({ state, response }) => {
 *     state.flash.add('success', 'Saved.');
 *     return response.redirect('/', 303);
 *   },
 * });
 * ```
 *
 * They are in cookies of their own, sealed; requests that neither add nor take any cost nothing.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function flash(options: FlashOptions): Middleware<{ flash: Flash }> {
  const { secret, secure } = resolveOptions(options);
  const jar = new FlashJar(new Sealer(secret), secure);
  return createMiddleware<{ flash: Flash }>({
    name: 'flash',
    onRequest: (ctx) => {
      // Of an outer one: both would set cookies.
      if (!(ctx.state.flash instanceof RequestFlash)) ctx.state.flash = new RequestFlash(jar, ctx);
    },
    onSend: (ctx) => {
      if (ctx.state.flash instanceof RequestFlash) ctx.state.flash.finish(ctx);
    },
  });
}
