import { BlaizeError } from '@blaizejs/errors';
import { callback, checkOptions, isObject, optional, options as shape } from '@blaizejs/errors/internal';
import { createPlugin } from '@blaizejs/plugins';
import type { Plugin } from '@blaizejs/types';

import { ipAddress } from './ip-address.ts';
import { type PortableApp, start } from './portable-app.ts';

/** What a worker's runtime passes with each request. */
export interface WorkerContext {
  waitUntil(work: Promise<unknown>): void;
}

/** What `ctx.platform` is in a worker. */
export interface WorkerPlatform<Env = unknown> {
  /** The bindings of the worker: variables, secrets, databases, queues. */
  readonly env: Env;
  readonly ctx: WorkerContext | undefined;
  /** What Cloudflare knows about the request: country, TLS, bot score. Undefined elsewhere. */
  readonly cf: unknown;
}

/** The options of {@link toWorker}. */
export interface WorkerOptions<Env = unknown> {
  /**
   * Returns the client's IP address; what is not one is ignored. Default: `cf-connecting-ip`, only of requests that came
   * through Cloudflare, which are those with `request.cf`. Anyone else can send this header.
   */
  readonly clientIp?: ((request: Request, env: Env) => string | null | undefined) | undefined;
}

/** The default export of a worker's module. */
export interface Worker<Env = unknown> {
  readonly fetch: (request: Request, env: Env, ctx?: WorkerContext) => Promise<Response>;
}

const check = shape({ clientIp: optional(callback('(request, env) => string')) }, 'an object');

/**
 * Makes a worker of an app. Await it at the top level of the module: a worker allows code generation, which compiles the
 * routes, only there.
 *
 * ```ts
 * export default await toWorker(app);
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` for what is not an app from `createApp()`
 * @throws ConfigurationError for an unknown option
 * @throws PluginError, RouteLoadError and the like if the app does not start
 */
export async function toWorker<Env = unknown>(
  app: PortableApp,
  options: WorkerOptions<Env> = {},
): Promise<Worker<Env>> {
  checkOptions(check, options);
  const { clientIp = behindCloudflare } = options;
  await start('toWorker', app);
  return {
    fetch: (request, env, ctx) => {
      const platform: WorkerPlatform<Env> = { env, ctx, cf: cfOf(request) };
      return app.fetch(request, {
        remoteAddress: ipAddress(clientIp(request, env)),
        // Without a context, in a test for example, the app waits for the work when it closes.
        waitUntil: ctx && ((work) => ctx.waitUntil(work)),
        platform,
      });
    },
  };
}

/**
 * A plugin that puts the bindings of a worker on `ctx.services.env`.
 *
 * ```ts
 * const app = createApp({ plugins: [bindings<{ DB: D1Database }>()] });
 * ```
 */
export function bindings<Env extends object>(): Plugin<{ env: Env }> {
  return createPlugin('worker-bindings', '1.0.0', () => ({
    perRequest: {
      env: ({ platform }): Env => {
        if (isObject(platform) && isObject(platform['env'])) return platform['env'] as Env;
        throw new BlaizeError(
          'ERR_BLAIZE_ADAPTER',
          'ctx.services.env: this request did not come through toWorker(). In a test, pass the bindings: ' +
            'app.fetch(request, { platform: { env } }).',
        );
      },
    },
  }));
}

function behindCloudflare(request: Request): string | null {
  return cfOf(request) === undefined ? null : request.headers.get('cf-connecting-ip');
}

function cfOf(request: Request): unknown {
  return (request as { readonly cf?: unknown }).cf;
}
