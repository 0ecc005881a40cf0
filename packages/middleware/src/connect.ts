import type { RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { Middleware } from '@blaizejs/types';

import { Bridge } from './connect/bridge.ts';
import { type ConnectOptions, connectOptions, handlers } from './connect/options.ts';
import { isExpressApp } from './connect/pin.ts';
import { replay } from './connect/replay.ts';
import { Run } from './connect/run.ts';
import type { ConnectErrorHandler, ConnectHandler, ConnectInput, ConnectState } from './connect/types.ts';
import { createMiddleware } from './create-middleware.ts';

export type { ConnectOptions } from './connect/options.ts';
export type {
  ConnectCookieOptions,
  ConnectErrorHandler,
  ConnectHandler,
  ConnectInput,
  ConnectNext,
  ConnectRequest,
  ConnectResponse,
  ConnectState,
  ForeignHandler,
} from './connect/types.ts';

/**
 * Runs middleware that was written for Connect or Express: `(req, res, next)`, and `(error, req, res, next)` for errors.
 *
 * ```ts
 * const login = connect<{ user?: User }>([session({ … }), passport.initialize(), passport.session()]);
 * // in a handler: ctx.state.connect.req.user
 * ```
 *
 * @typeParam Added what the middleware puts on `req`
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if something is not a function, or an option is not valid
 */
export function connect<Added = unknown>(
  middleware: ConnectHandler<Added>,
  options?: ConnectOptions,
): Middleware<ConnectState<Added>>;
// An overload of its own: in a union, the parameters of a function would have no types.

export function connect<Added = unknown>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- in a union, the parameters of a function would have no types
  middleware: ConnectInput | ConnectErrorHandler<Added>,
  options?: ConnectOptions,
): Middleware<ConnectState<Added>>;
export function connect<Added = unknown>(
  middleware: ConnectInput | ConnectHandler<Added> | ConnectErrorHandler<Added>,
  options: ConnectOptions = {},
): Middleware<ConnectState<Added>> {
  const list = checkBuiltIn('connect', handlers, middleware);
  const hasExpress = list.some(isExpressApp);
  const { name = nameOf(list), path } = checkBuiltIn('connect', connectOptions, options);
  return createMiddleware<ConnectState<Added>>({
    name,
    handler: (given, next) => {
      const ctx = given as unknown as RequestContext;
      const below = path === undefined ? undefined : urlBelow(path, ctx.exchange.target);
      if (path !== undefined && below === undefined) return next();
      const bridge = Bridge.of(ctx);
      if (hasExpress) bridge.pin();
      if (below === undefined) return new Run(bridge, list, next).start();
      const { req } = bridge;
      const { url, baseUrl } = req;
      req.url = below;
      req.baseUrl = baseUrl + (path ?? '');
      return new Run(bridge, list, () => {
        req.url = url;
        req.baseUrl = baseUrl;
        return next();
      }).start();
    },
    onSend: (ctx) => {
      const bridge = Bridge.find(ctx);
      if (!bridge || bridge.isReplayed) return undefined;
      bridge.isReplayed = true;
      const { response } = ctx as unknown as RequestContext;
      if (bridge.ctx.response !== response) bridge.res.follow(response);
      else if (bridge.res.isPatched) return replay(bridge, ctx);
      return undefined;
    },
  });
}

/** What remains of a URL below a path; undefined if it is elsewhere. */
function urlBelow(path: string, url: string): string | undefined {
  if (!url.startsWith(path)) return undefined;
  const rest = url.slice(path.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

function nameOf(list: readonly { readonly name: string }[]): string {
  return `connect(${list.map(({ name }) => name || 'anonymous').join(', ')})`;
}
