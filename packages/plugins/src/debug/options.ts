import {
  callback,
  type Check,
  checkOptions,
  is,
  limit,
  optional,
  options as shapeOf,
  text,
} from '@blaizejs/errors/internal';
import type { Context } from '@blaizejs/types';

import { isLoopback, ownPort } from '../own-port.ts';

/** The options of {@link debug}. */
export interface DebugOptions {
  /**
   * A port of its own, in cleartext, or a Unix socket that only this user can open; port 0 is a free one. In a cluster, each
   * worker has its own: the next free port, or the path with `-` and the process id. `false` for none. Default: port 9465 of
   * 127.0.0.1, or none if there is an `allow`.
   */
  readonly listen?:
    | false
    | { readonly port?: number | undefined; readonly host?: string | undefined }
    | { readonly path: string }
    | undefined;
  /**
   * Whoever asks must send `Authorization: Bearer` and this: at least 16 characters. Needed if `listen.host` is not a
   * loopback address; `undefined`, as of a variable that is not set, is refused. Default: none.
   */
  readonly token?: string | undefined;
  /**
   * Adds the endpoints to the server itself, below `/debug`, for requests that this function returns `true` for; others get
   * 404. A heap snapshot has every secret that the process holds, so let nobody in but operators.
   */
  readonly allow?: ((ctx: Context) => boolean) | undefined;
  /** Seconds that a profile may take. Default: 60. */
  readonly maxSeconds?: number | undefined;
  /** Writes a diagnostic report to this folder if the process ends by a fatal error, such as running out of memory. */
  readonly report?: { readonly directory: string } | undefined;
}

/** Where a port of its own listens. */
export type Place = { readonly port: number; readonly host: string } | { readonly path: string };

/** {@link DebugOptions}, complete. */
export interface ResolvedDebug {
  readonly listen: false | Place;
  readonly token: string | undefined;
  readonly allow: ((ctx: Context) => boolean) | undefined;
  readonly maxSeconds: number;
  readonly report: { readonly directory: string } | undefined;
}

const PORT = 9465;
const MIN_TOKEN = 16;

const port = ownPort(PORT, 'false, or an object such as { port: 9465 } or { path: "/run/app/debug.sock" }');
const socket = shapeOf(
  { path: text('the path of a Unix socket') },
  'an object such as { path: "/run/app/debug.sock" }',
);
const listen: Check<false | Place> = (value, at, report) => {
  if (value === false) return false;
  const isSocket = typeof value === 'object' && value !== null && 'path' in value;
  return isSocket ? socket(value, at, report) : port(value, at, report);
};

const shape = shapeOf(
  {
    listen: optional(listen),
    token: optional(
      is<string>(`a text of at least ${MIN_TOKEN} characters`, (value) => {
        return typeof value === 'string' && value.length >= MIN_TOKEN;
      }),
    ),
    allow: optional(callback<(ctx: Context) => boolean>('(ctx) that returns true for operators')),
    maxSeconds: limit(60, 3600),
    report: optional(
      shapeOf({ directory: text('the path of a folder') }, 'an object such as { directory: "/var/log/app" }'),
    ),
  },
  'an object of options, such as { listen: { port: 9465 } }',
  (given, at, report) => {
    const { listen: place, token, allow } = given;
    const host = (place as { readonly host?: unknown } | undefined)?.host;
    if (typeof host === 'string' && !isLoopback(host) && token === undefined) {
      report(
        'token',
        token,
        `a text of at least ${MIN_TOKEN} characters, because other machines can reach ${host}`,
      );
    } else if ('token' in given && token === undefined) {
      // An environment variable that is not set must not open the door.
      report(
        'token',
        token,
        `a text of at least ${MIN_TOKEN} characters`,
        'Without the option, nobody has to send one.',
      );
    }
    if (place === false && allow === undefined) {
      report('allow', allow, 'a function, because `listen` is false: nobody could ask');
    }
  },
);

/** @throws ConfigurationError that lists every problem */
export function resolveDebug(options: DebugOptions): ResolvedDebug {
  const { listen: place, ...rest } = checkOptions(shape, options, 'debug()');
  return { ...rest, listen: place ?? (rest.allow ? false : { port: PORT, host: '127.0.0.1' }) };
}
