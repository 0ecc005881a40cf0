import { drainingOf, keepContext } from '@blaizejs/context/internal';
import { createGetRoute } from '@blaizejs/router';
import type { Context, RequestTunnel } from '@blaizejs/types';
import type { Duplex } from 'node:stream';

import { decoderOf, encoderOf } from './codec.ts';
import { type Handshake, readHandshake } from './handshake.ts';
import { assertServing, openSocketsOf } from './open-sockets.ts';
import { type CheckedSettings, checkRoute, SOCKET_SHAPE } from './options.ts';
import type { WebSocketRouteMaker } from './route-types.ts';
import { Socket, type SocketSettings } from './socket.ts';
import type { RequestKind } from './socket-requests.ts';

/**
 * Makes a route that opens WebSockets, over HTTP/1.1 (RFC 6455) and HTTP/2 (RFC 8441). Export it from a route file like any
 * other.
 *
 * ```ts
 * export const GET = createWebSocketRoute('/rooms/[id]', {
 *   middleware: [requireUser],
 *   messages: { in: z.object({ text: z.string() }), out: z.object({ from: z.string(), text: z.string() }) },
 *   message: (socket, { text }) => socket.send({ from: socket.ctx.state.user.name, text }),
 * });
 * ```
 *
 * Middleware, schemas of the request and the check of its origin come first. What they answer refuses the WebSocket, as an
 * ordinary answer. A request that is no valid handshake is refused with 400, code `ERR_BLAIZE_WEBSOCKET_HANDSHAKE`; one that begins
 * no WebSocket, or one of another version, with 426; one from a page of another origin with 403, code
 * `ERR_BLAIZE_WEBSOCKET_ORIGIN`.
 *
 * When the server stops, sockets are closed with 1001.
 *
 * @param path of the file, as for `createGetRoute()`: it types the parameters of a route that has no schema for them
 * @throws ConfigurationError if an option is not valid
 */
export const createWebSocketRoute: WebSocketRouteMaker = (...args: readonly [object | string, object?]) => {
  const [path, options] = typeof args[0] === 'string' ? [args[0], args[1]] : [undefined, args[0]];
  const settings = checkRoute(options);
  const route = {
    ...withoutSocketSettings(options),
    tunnel: 'websocket',
    handler: openerFor(settings),
  } as const;
  return path === undefined ? createGetRoute(route) : createGetRoute(path as `/${string}`, route);
};

function withoutSocketSettings(options: object | undefined): object {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([name]) => !Object.hasOwn(SOCKET_SHAPE, name)),
  );
}

function requestsOf({ requests, answers, maxRequests }: CheckedSettings): SocketSettings['requests'] {
  const kinds = (side: 'in' | 'out'): [string, RequestKind][] =>
    Object.entries(requests?.[side] ?? {}).map(([name, { data, reply }]) => [name, { data, reply }]);
  const asked = kinds('in').map(([name, kind]) => {
    const answer = answers[name];
    // It was checked that there is one.
    return [name, { ...kind, answer: answer as NonNullable<typeof answer> }] as const;
  });
  return { in: new Map(asked), out: new Map(kinds('out')), maxRequests };
}

/** @throws the reason of the request's signal if its client has left meanwhile, which is nobody's fault */
function acceptFrom({ request }: Context, tunnel: RequestTunnel, headers: Handshake['headers']): Duplex {
  try {
    return tunnel.accept(headers);
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  }
}

/** The handler of a route. */
function openerFor(checked: CheckedSettings): (ctx: Context) => void {
  const { messages, format, protocols, trustedOrigins: isTrusted, compress, pingInterval } = checked;
  const handshake = { protocols, isTrusted, compresses: compress !== undefined };
  const settings: SocketSettings = {
    ...checked,
    threshold: compress ?? 0,
    openSockets: openSocketsOf(pingInterval),
    decode: decoderOf(messages.in, format),
    encode: encoderOf(messages.out, format),
    open: checked.open,
    message: checked.message,
    close: checked.close,
    requests: checked.requests && requestsOf(checked),
  };
  return (ctx) => {
    const { tunnel, headers, protocol, deflates } = readHandshake(ctx, handshake);
    const draining = drainingOf(ctx);
    assertServing(draining);
    const kept = keepContext(ctx);
    const stream = acceptFrom(ctx, tunnel, headers);
    new Socket(settings, { stream, protocol, deflates, ctx, kept }).start();
  };
}
