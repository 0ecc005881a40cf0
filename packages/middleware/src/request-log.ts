import { loggedPath, logLine, RequestContext } from '@blaizejs/context/internal';
import {
  callback,
  checkBuiltIn,
  is,
  isSecretName,
  isSecretValue,
  list,
  optional,
  options,
  orElse,
} from '@blaizejs/errors/internal';
import type { HookContext, Middleware, Outcome } from '@blaizejs/types';

import { assertNoPromise } from './assert-no-promise.ts';
import { createMiddleware } from './create-middleware.ts';

/** The options of {@link requestLog}. */
export interface RequestLogOptions {
  /** The share of requests that get a line, 0 to 1. Errors of the server and broken-off answers always do. Default: 1. */
  readonly sample?: number | undefined;
  /** Headers of the request that a line has, if they were sent. Credentials are never written. Default: none. */
  readonly headers?: readonly string[] | undefined;
  /** Whether a request gets no line, such as a probe: `({ request }) => request.path === '/health'`. Default: all get one. */
  readonly skip?: ((ctx: HookContext, outcome: Outcome) => boolean) | undefined;
  /** Further fields of a line. If it throws, the line is written without them. */
  readonly fields?: ((ctx: HookContext, outcome: Outcome) => Readonly<Record<string, unknown>>) | undefined;
}

const MAX_VALUE = 256;
const REDACTED = '[redacted]';

const requestLogOptions = options(
  {
    sample: orElse(
      is<number>('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1),
      1,
    ),
    headers: orElse(
      list(
        is<string>('the name of a header', (value) => typeof value === 'string' && value !== ''),
        'a list of names of headers',
      ),
      [],
    ),
    skip: optional(callback<NonNullable<RequestLogOptions['skip']>>('that returns a boolean')),
    fields: optional(callback<NonNullable<RequestLogOptions['fields']>>('that returns an object')),
  },
  'an object of options, such as { sample: 0.1 }',
);

/**
 * Writes a line to the server's log for each request, when its answer is out or has been broken off: method, path, route,
 * status, bytes, milliseconds, address, protocol and correlation id. The query is left out, since it may have secrets, and so
 * are parameters of the path such as `:token`. Answers from 500 on are errors; from 400 on, and if broken off, warnings.
 *
 * ```ts
 * createServer({ middleware: [requestLog({ headers: ['user-agent'] })] });
 * ```
 *
 * Put it first. It also logs requests that the server refuses by itself.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function requestLog(options: RequestLogOptions = {}): Middleware {
  const { sample, headers, skip, fields } = checkBuiltIn('requestLog', requestLogOptions, options);
  const names = headers.map((name) => name.toLowerCase());
  // A refused request has no `onRequest`, and one that is aborted early has no `onSend`.
  const watched = new WeakSet<object>();
  const watch = (ctx: HookContext): void => {
    if (watched.has(ctx.request)) return;
    watched.add(ctx.request);
    ctx.response.onFinish((outcome) => {
      const { status, aborted, bytes, duration, route } = outcome;
      if (status < 500 && !aborted && sample < 1 && Math.random() >= sample) return;
      if (skips(skip, ctx, outcome)) return;
      const { method, ip, protocol } = ctx.request;
      const line = {
        method,
        path: loggedPath(ctx.request),
        route: route?.pattern,
        status,
        bytes,
        ms: Math.round(duration),
        ip,
        protocol,
        aborted,
        // The answer is that of a second context.
        ...(ctx instanceof RequestContext && ctx.superseded && { timedOut: true }),
      };
      logLine(() => ctx.log, levelOf(outcome), 'request', {
        ...line,
        ...(names.length > 0 && { headers: headersOf(ctx, names) }),
        ...further(fields, ctx, outcome),
      });
    });
  };
  return createMiddleware({ name: 'request-log', onRequest: watch, onSend: watch });
}

function levelOf({ status, aborted }: Outcome): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  return aborted || status >= 400 ? 'warn' : 'info';
}

function skips(skip: RequestLogOptions['skip'], ctx: HookContext, outcome: Outcome): boolean {
  try {
    const answer: unknown = skip?.(ctx, outcome);
    assertNoPromise(answer, () => 'The `skip` of requestLog()');
    return answer === true;
  } catch {
    return false;
  }
}

function headersOf({ request }: HookContext, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = request.header(name);
    if (value === undefined) continue;
    found[name] = isSecretName(name) || isSecretValue(value) ? REDACTED : value.slice(0, MAX_VALUE);
  }
  return found;
}

function further(
  fields: RequestLogOptions['fields'],
  ctx: HookContext,
  outcome: Outcome,
): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = fields?.(ctx, outcome);
    assertNoPromise(found, () => 'The `fields` of requestLog()', 'an object');
    return (found ?? {}) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return { fieldsError: String(error) };
  }
}
