import {
  callback,
  type Check,
  type Checked,
  checkOptions,
  is,
  isInteger,
  isObject,
  isToken,
  join,
  limit,
  limitOrNone,
  list,
  MAX_TIMER,
  milliseconds,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
  record,
} from '@blaizejs/errors/internal';
import { checkItem, compileList } from '@blaizejs/middleware/internal';

import { schemaCheck } from '../option-checks.ts';
import type { WebSocketClose } from './close-codes.ts';
import { REQUEST_NAME } from './packet.ts';
import type { Socket } from './socket.ts';

const ORIGIN = 'an origin such as "https://app.example.com", or a pattern';
const DEFAULT_THRESHOLD = 1024;

const origins: Check<(origin: string) => boolean> = (value, path, report) => {
  if (value === undefined) return () => false;
  if (value === 'any') return () => true;
  if (!Array.isArray(value)) {
    report(path, value, 'a list of origins and patterns, or "any"');
    return () => false;
  }
  for (const [index, item] of value.entries()) {
    // Any site can send it, from a sandboxed frame.
    if (item === 'null') report(`${path}[${index}]`, item, ORIGIN, 'Pages of any site can be `null`.');
    else checkItem(item, `${path}[${index}]`, ORIGIN, report);
  }
  return compileList(value as readonly (string | RegExp)[]);
};

/** Bytes from which on messages are compressed; undefined for never. */
const compression: Check<number | undefined> = (value, path, report) => {
  if (value === undefined || value === false) return undefined;
  if (value === true) return DEFAULT_THRESHOLD;
  const { threshold } = thresholdOf(value, path, report);
  return threshold;
};

const thresholdOf = shapeOf(
  {
    threshold: orElse(
      is<number>('a whole number of bytes', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      DEFAULT_THRESHOLD,
    ),
  },
  'true, false, or an object such as { threshold: 1024 }',
);

type AnswerListener = (socket: Socket, data: unknown, signal: AbortSignal) => unknown;

const kinds = record(
  shapeOf(
    {
      data: optional(schemaCheck),
      reply: optional(schemaCheck),
      idempotent: orElse(
        is<boolean>('true or false', (value) => typeof value === 'boolean'),
        false,
      ),
    },
    'an object such as { data: Order, reply: Receipt }',
  ),
  'kinds of requests by their names, such as { order: { data: Order, reply: Receipt } }',
);
const named: typeof kinds = (value, path, report) => {
  for (const name of Object.keys(Object(value) as object)) {
    if (!REQUEST_NAME.test(name)) report(path, name, 'names of up to 64 letters, digits, or _ . : / -');
  }
  return kinds(value, path, report);
};

/** The checks of the settings that only WebSockets have. */
export const SOCKET_SHAPE = {
  messages: orElse(
    shapeOf(
      { in: optional(schemaCheck), out: optional(schemaCheck) },
      'an object such as { in: In, out: Out }',
    ),
    { in: undefined, out: undefined },
  ),
  format: orElse(oneOf('json', 'raw'), 'json'),
  protocols: orElse(
    list(
      is<string>(
        'the name of a subprotocol, which is a token',
        (name) => typeof name === 'string' && isToken(name),
      ),
      'a list of subprotocols',
    ),
    [],
  ),
  trustedOrigins: origins,
  compress: compression,
  maxMessageSize: limit(1_048_576, 2 ** 30),
  maxFrames: limit(1024, 2 ** 30),
  maxMessageRate: limitOrNone(0),
  queueLimit: limit(1_048_576),
  slow: orElse(oneOf('disconnect', 'drop'), 'disconnect'),
  pingInterval: orElse(milliseconds, 30_000),
  closeTimeout: limit(5000, MAX_TIMER),
  open: optional(callback<(socket: Socket) => unknown>('(socket)')),
  message: optional(callback<(socket: Socket, message: unknown) => unknown>('(socket, message)')),
  close: optional(callback<(socket: Socket, close: WebSocketClose) => unknown>('(socket, close)')),
  requests: optional(
    shapeOf({ in: orElse(named, {}), out: orElse(named, {}) }, 'an object such as { in: { order: { … } } }'),
  ),
  answers: orElse(
    record(callback<AnswerListener>('(socket, data, signal)'), 'listeners by the names of requests'),
    {},
  ),
  maxRequests: limit(16, 100_000),
} as const;

// Checked by the router, when the route is added.
const anything: Check<unknown> = (value) => value;
const check = shapeOf(
  {
    ...SOCKET_SHAPE,
    schema: anything,
    middleware: anything,
    meta: anything,
    docs: anything,
    handlerTimeout: anything,
  },
  'an object of options, such as { open, message }',
);

/** The settings of a route, with their defaults. */
export type CheckedSettings = Checked<typeof SOCKET_SHAPE>;

/** @throws ConfigurationError that lists every problem */
export function checkRoute(given: unknown): CheckedSettings {
  return checkOptions(checkWhole, given);
}

const checkWhole: typeof check = (value, path, report) => {
  const checked = check(value, path, report);
  // Without options, there are no defaults either.
  if (!isObject(value)) return checked;
  const { requests, answers, format } = checked;
  if (requests && format === 'raw') report(join(path, 'format'), format, '"json" for a route with requests');
  for (const name of Object.keys(requests?.in ?? {})) {
    if (!Object.hasOwn(answers, name))
      report(join(path, `answers.${name}`), undefined, 'a function (socket, data, signal)');
  }
  for (const name of Object.keys(answers)) {
    if (!Object.hasOwn(requests?.in ?? {}, name)) {
      report(join(path, `requests.in.${name}`), undefined, 'its schemas, or an empty object');
    }
  }
  return checked;
};
