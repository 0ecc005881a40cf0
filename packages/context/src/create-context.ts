import type { Context, Logger, PathParams, Services } from '@blaizejs/types';

import { RequestContext } from './request-context.ts';
import { WebExchange } from './web-exchange.ts';

/** The options of {@link createContext}. */
export interface CreateContextOptions {
  readonly params?: PathParams | undefined;
  readonly services?: Partial<Services> | undefined;
  /** Default: a logger that writes nothing. */
  readonly log?: Logger | undefined;
  /** Bytes. Default: 1 MiB. */
  readonly bodyLimit?: number | undefined;
}

/** The default limit for bodies: 1 MiB. */
export const DEFAULT_BODY_LIMIT = 1024 * 1024;

/** Writes nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};

/** Creates a context for a Web `Request`: for tests, and to answer requests without a server. */
export function createContext(request: Request, options: CreateContextOptions = {}): Context {
  const { params, services = {}, log = silentLogger, bodyLimit = DEFAULT_BODY_LIMIT } = options;
  return new RequestContext(
    new WebExchange(request),
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- applications add to Services
    { services: services as Services, log, bodyLimit },
    params,
  );
}

function ignore(): void {}
