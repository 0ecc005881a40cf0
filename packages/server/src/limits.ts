import { appLimits } from '@blaizejs/app/internal';
import { limit, limitOrNone, MAX_TIMER, milliseconds, options, orElse } from '@blaizejs/errors/internal';

const shape = {
  maxHeaderSize: limit(16_384),
  maxHeadersCount: limit(128),
  ...appLimits,
  handshakeTimeout: limit(10_000, MAX_TIMER),
  headersTimeout: orElse(milliseconds, 15_000),
  requestTimeout: orElse(milliseconds, 300_000),
  keepAliveTimeout: orElse(milliseconds, 65_000),
  maxConnections: limitOrNone(10_000),
  maxRequestsPerSocket: limitOrNone(0),
  maxConnectionAge: orElse(milliseconds, 0),
  maxConcurrentStreams: limit(100),
  maxSessionMemory: limit(10),
  streamResetBurst: limit(1000),
  streamResetRate: limit(33),
};

/** Checks the option `limits`, and fills in defaults. */
export const limitsOption = options(shape, 'an object such as { headersTimeout: 15_000 }');

/** Every name that `limitHits` counts, except `bodyLimit`. */
export const LIMIT_NAMES = [...Object.keys(shape), 'tls'];
