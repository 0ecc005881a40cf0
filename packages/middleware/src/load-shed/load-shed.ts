import { checkBuiltIn } from '@blaizejs/errors/internal';

import { createMiddleware } from '../create-middleware.ts';
import { exceptProbes } from '../except-probes.ts';
import { isPromise } from '../is-promise.ts';
import { type LoadShedOptions, loadShedOptions } from './options.ts';
import { Shedder } from './shedder.ts';
import type { LoadShed } from './state.ts';

/**
 * Refuses requests that the server has no time for, so that it answers the others as fast as ever: with 503, `Retry-After`
 * and the code `ERR_BLAIZE_OVERLOADED`, before their bodies are read. It finds out by itself how many requests can be handled
 * at once, from how long their handlers take, and looks at the event loop and the memory. Put it before all other middleware.
 *
 * ```ts
 * const shed = loadShed({ skip: (ctx) => ctx.route?.pattern === '/status' });
 * createServer({ middleware: [shed] });
 * ```
 *
 * `shed.state` says how it goes, and {@link loadPriority} which routes are the first or the last to go.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options
 */
export function loadShed(options: LoadShedOptions = {}): LoadShed {
  const settings = checkBuiltIn('loadShed', loadShedOptions, options);
  const shedder = new Shedder(settings);
  const middleware = createMiddleware({
    name: 'load-shed',
    handler: (ctx, next) => {
      const reason = shedder.refusal(ctx);
      if (reason !== undefined) {
        shedder.refuse(ctx, reason);
        return;
      }
      const end = shedder.begin(ctx);
      try {
        const running = next();
        if (!isPromise(running)) {
          end();
          return;
        }
        return running.finally(end);
      } catch (error) {
        end();
        throw error;
      }
    },
    skip: exceptProbes(settings.skip),
  });
  return Object.defineProperty(middleware, 'state', { get: () => shedder.state }) as LoadShed;
}
