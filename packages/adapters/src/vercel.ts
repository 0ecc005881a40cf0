import { callback, checkOptions, optional, options as shape } from '@blaizejs/errors/internal';

import { ipAddress } from './ip-address.ts';
import { type PortableApp, start } from './portable-app.ts';

/** The options of {@link toVercel}. */
export interface VercelOptions {
  /**
   * Returns the client's IP address; what is not one is ignored. Default: on Vercel `x-real-ip`, which Vercel sets; elsewhere,
   * where clients can send that header, none.
   */
  readonly clientIp?: ((request: Request) => string | null | undefined) | undefined;
}

/** The default export of a Vercel function. */
export interface VercelFunction {
  readonly fetch: (request: Request) => Promise<Response>;
}

interface RequestContext {
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

// Where `waitUntil()` of `@vercel/functions` looks, too.
const CONTEXT = Symbol.for('@vercel/request-context');

const check = shape({ clientIp: optional(callback('(request) => string')) }, 'an object');

/**
 * Makes a Vercel function of an app: with the address of clients, and `ctx.waitUntil()` as work that Vercel waits for.
 *
 * ```ts
 * export default await toVercel(app);
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` for what is not an app from `createApp()`
 * @throws ConfigurationError for an unknown option
 * @throws PluginError, RouteLoadError and the like if the app does not start
 */
export async function toVercel(app: PortableApp, options: VercelOptions = {}): Promise<VercelFunction> {
  checkOptions(check, options);
  const { clientIp = behindVercel } = options;
  await start('toVercel', app);
  return {
    fetch: (request) =>
      app.fetch(request, {
        remoteAddress: ipAddress(clientIp(request)),
        waitUntil: contextOf()?.waitUntil,
      }),
  };
}

/** Only known while a request is handled. */
function contextOf(): RequestContext | undefined {
  const global = globalThis as { [CONTEXT]?: { get?: () => RequestContext | undefined } };
  return global[CONTEXT]?.get?.();
}

function behindVercel(request: Request): string | null {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.['VERCEL'] === '1' ? request.headers.get('x-real-ip') : null;
}
