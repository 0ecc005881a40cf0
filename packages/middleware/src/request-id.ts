import type { RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn, is, isToken, options, orElse } from '@blaizejs/errors/internal';
import type { HookContext, Middleware } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';

/** The options of {@link requestId}. */
export interface RequestIdOptions {
  /** The header that has the id, in requests and answers. Default: `X-Correlation-Id`. */
  readonly header?: string | undefined;
}

const requestIdOptions = options(
  {
    header: orElse(is<string>('the name of a header', isToken), 'X-Correlation-Id'),
  },
  'an object of options, such as { header: "X-Request-Id" }',
);

/**
 * Sends the correlation id with every answer, and takes it from the header that your proxy uses.
 *
 * ```ts
 * createServer({ middleware: [requestId({ header: 'X-Request-Id' })] });
 * ```
 *
 * Put it first: lines that were logged before it have another id. An id of a client is used only if it is a plain token of up
 * to 128 characters (letters, digits and `._:-`), so that nobody can forge lines of a log or headers with it; otherwise it is a
 * new UUID. `ctx.request.correlationId`, `ctx.log` and problem details have the same one.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  const { header } = checkBuiltIn('requestId', requestIdOptions, options);
  const take = (hook: HookContext): string => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the framework's own
    const { request } = hook as RequestContext;
    return request.correlationIdFrom(header);
  };
  return createMiddleware({
    name: 'request-id',
    onRequest: (ctx) => void take(ctx),
    // Also for requests that were refused before any middleware ran.
    onSend: (ctx) => ctx.response.header(header, take(ctx)),
  });
}
