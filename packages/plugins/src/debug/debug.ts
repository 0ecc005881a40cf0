import { mkdir } from 'node:fs/promises';

import { logLine } from '@blaizejs/context/internal';
import { ForbiddenError, NotFoundError } from '@blaizejs/errors';
import type { Context, Plugin, PluginTarget } from '@blaizejs/types';

import { createPlugin } from '../create-plugin.ts';
import { saysYes } from '../says-yes.ts';
import type { Refusal } from './answer.ts';
import { DebugPort } from './debug-port.ts';
import { Endpoints } from './endpoints.ts';
import { refuseBrowsers } from './guard.ts';
import { reportFatalErrors } from './inspect.ts';
import { OpenRequests } from './open-requests.ts';
import { type DebugOptions, resolveDebug, type ResolvedDebug } from './options.ts';

/** Where the endpoints are on the server itself, if there is an `allow`. */
const PREFIX = '/debug';

/** What {@link debug} puts on `ctx.services`, as `debug`. */
export interface Debug {
  /** Where to ask, such as `http://127.0.0.1:9465` or `unix:/run/app/debug.sock`; undefined unless it listens there. */
  readonly url: string | undefined;
}

/**
 * Looks into a running process, for operators: profiles of CPU and heap, heap snapshots, event loop, active handles, open
 * requests, diagnostic reports, the level of the log. By default at `http://127.0.0.1:9465`, so not to the outside;
 * requests that web pages send are refused.
 *
 * ```ts
 * createServer({ plugins: [debug({ listen: { path: '/run/app/debug.sock' } })] })
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options. If its port is in use, the server does
 *   not start: PluginError, caused by a ListenError
 */
export function debug(options: DebugOptions = {}): Plugin<{ debug: Debug }> {
  const resolved = resolveDebug(options);
  return createPlugin('debug', '1.0.0', (server) => setUp(server, resolved))();
}

function setUp(server: PluginTarget, { listen, token, allow, maxSeconds, report }: ResolvedDebug) {
  const requests = new OpenRequests(server);
  const endpoints = new Endpoints(server, requests, maxSeconds);
  const port = listen ? new DebugPort(listen, token, endpoints) : undefined;
  if (allow) addRoutes(server, endpoints, allow, maxSeconds);
  let undo: (() => void) | undefined;
  const service: Debug = {
    get url() {
      return port?.url;
    },
  };
  return {
    services: { debug: service },
    initialize: async (): Promise<void> => {
      requests.start();
      if (!report) return;
      await mkdir(report.directory, { recursive: true, mode: 0o700 });
      undo = reportFatalErrors(report.directory);
    },
    onServerStart: async (): Promise<void> => {
      await port?.open();
      if (port) logLine(() => server.log, 'info', `Debugging is at ${port.url}`);
    },
    onServerStop: (): void => endpoints.stop(),
    terminate: async (): Promise<void> => {
      endpoints.stop();
      requests.stop();
      undo?.();
      await port?.close();
    },
  };
}

function addRoutes(
  server: PluginTarget,
  endpoints: Endpoints,
  allow: (ctx: Context) => boolean,
  maxSeconds: number,
): void {
  const handler = async (ctx: Context): Promise<void> => {
    const { request, response } = ctx;
    // As if there were no such route.
    if (!saysYes(allow(ctx))) throw new NotFoundError(`There is nothing at ${request.path}.`);
    try {
      refuseBrowsers(Object.fromEntries(request.headers), undefined);
    } catch (error) {
      throw new ForbiddenError((error as Refusal).message);
    }
    const path = request.path.slice(PREFIX.length) || '/';
    const query = request.url.searchParams;
    const answer = await endpoints.answer({ method: request.method, path, query, signal: request.signal });
    const { status, type, headers = {}, body } = answer;
    response.status(status).headers({ ...headers, 'cache-control': 'no-store' });
    if (typeof body === 'string') response.text(body).type(type);
    else response.stream(body).type(type);
  };
  for (const method of ['GET', 'POST'] as const) {
    for (const path of [PREFIX, `${PREFIX}/:endpoint`]) {
      server.router.addRoute(method, path, {
        docs: { visibility: 'hidden' },
        // A profile takes its time, and the heap a while to be sent.
        handlerTimeout: maxSeconds * 1000 + 60_000,
        handler,
      });
    }
  }
}
