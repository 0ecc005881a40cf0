import type { Context, Logger, PathParams, Services } from '@blaizejs/types';

import { RequestContext } from './request-context.ts';
import { WebExchange } from './web-exchange.ts';

/** What a context that no server made can be given. */
export interface CreateContextOptions {
  readonly params?: PathParams | undefined;
  readonly services?: Partial<Services> | undefined;
  /** Default: silence. */
  readonly log?: Logger | undefined;
  /** Bytes. Default: 1 MiB. */
  readonly bodyLimit?: number | undefined;
}

/** The largest content that is read where nothing else was said: 1 MiB. */
export const DEFAULT_BODY_LIMIT = 1024 * 1024;

/** Writes nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};

/** Makes a context from a Web `Request`, for tests and for whatever answers requests without a server. */
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
