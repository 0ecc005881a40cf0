import { addVary, logError, logLine, type RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { HookContext, Middleware } from '@blaizejs/types';

import { compileOrigins, type OriginTest } from './cors/allowed-origins.ts';
import { type CorsOptions, corsOptions } from './cors/options.ts';
import { preflightFields, type SetFields, simpleFields } from './cors/response-fields.ts';
import { createMiddleware } from './create-middleware.ts';
import { isPromise } from './is-promise.ts';
import { isOrigin, isSameOrigin } from './origin.ts';

export type { OriginRule, OriginTest } from './cors/allowed-origins.ts';
export type { CorsOptions } from './cors/options.ts';

const PREFLIGHT = 'Access-Control-Request-Method, Access-Control-Request-Headers';

/**
 * Lets pages from other origins read answers (CORS, in the Fetch standard). Put it first: it answers preflights, which carry
 * neither cookies nor tokens, before anything else looks at them, for all paths.
 *
 * ```ts
 * createServer({ middleware: [cors({ origin: ['https://app.example.com'], credentials: true })] });
 * ```
 *
 * Every answer gets the headers: errors, 404s, refusals and timeouts too. All but those of `origin: '*'` get `Vary: Origin`, so
 * that caches keep them apart. An origin that is not allowed gets none, and a line in the log. If a handler sets
 * `access-control-allow-origin` itself, its headers stay as they are.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function cors(options: CorsOptions): Middleware {
  const settings = checkBuiltIn('cors', corsOptions, options);
  const isOpen = settings.origin === '*';
  const isAllowed = settings.origin === '*' ? () => true : compileOrigins(settings.origin);
  const setSimple = simpleFields(settings);
  const setPreflight = preflightFields(settings);
  const vary = isOpen ? undefined : 'Origin';
  const ofOptions = `Origin, ${PREFLIGHT}${settings.privateNetwork ? ', Access-Control-Request-Private-Network' : ''}`;

  return createMiddleware({
    name: 'cors',
    onRequest: (ctx) => {
      if (ctx.request.method === 'OPTIONS' && isPreflight(ctx)) ctx.response.status(204);
    },
    onSend: (hook) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the framework's own
      const ctx = hook as RequestContext;
      const { request, response } = ctx;
      const isOptions = request.method === 'OPTIONS';
      const deciding = isOptions ? ofOptions : vary;
      if (deciding !== undefined) addVary(response, deciding);
      if (response.fields['access-control-allow-origin'] !== undefined) return;

      const setFields = isOptions && isPreflight(ctx) ? setPreflight : setSimple;
      // The same for all, with and without an origin: caches may give it to anybody.
      if (isOpen) {
        setFields(ctx, '*');
        return;
      }
      const origin = request.header('origin');
      if (origin === undefined) return;
      const allowed = decide(ctx, origin, isAllowed);
      if (isPromise(allowed)) {
        return allowed.then((answer) => {
          conclude(ctx, origin, answer, setFields);
        });
      }
      conclude(ctx, origin, allowed, setFields);
    },
  });
}

/** Without these two, it is an OPTIONS like any other, and belongs to the application. */
function isPreflight({ request }: HookContext): boolean {
  return (
    request.header('access-control-request-method') !== undefined && request.header('origin') !== undefined
  );
}

function decide(ctx: RequestContext, origin: string, isAllowed: OriginTest): boolean | Promise<boolean> {
  try {
    const allowed = isAllowed(origin, ctx);
    return isPromise(allowed)
      ? Promise.resolve(allowed).catch((error: unknown) => failed(ctx, origin, error))
      : allowed;
  } catch (error) {
    return failed(ctx, origin, error);
  }
}

/** If the application cannot decide, the origin is not allowed: the handler has run, and its answer must not be lost. */
function failed(ctx: RequestContext, origin: string, error: unknown): false {
  const message = 'cors() could not decide about an origin: it is not allowed';
  logError(() => ctx.log, 'error', error, message, { origin });
  return false;
}

function conclude(ctx: RequestContext, origin: string, allowed: boolean, setFields: SetFields): void {
  // JavaScript may return anything, such as the origin that it would have allowed.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-boolean-literal-compare
  if (allowed === true) return setFields(ctx, origin);
  // Browsers name the origin in their own pages' requests too, unless they only read.
  if (isOrigin(origin) && isSameOrigin(origin, ctx.request.url)) return;
  const { method, path } = ctx.request;
  logLine(() => ctx.log, 'info', 'cors() does not allow an origin', {
    origin: origin.slice(0, 200),
    method,
    path,
  });
}
