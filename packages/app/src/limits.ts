import { limit, milliseconds, orElse } from '@blaizejs/errors/internal';

/** The limits that also apply without a socket. */
export const appLimits = {
  maxUrlLength: limit(8192),
  maxParamLength: limit(2048),
  handlerTimeout: orElse(milliseconds, 120_000),
};
