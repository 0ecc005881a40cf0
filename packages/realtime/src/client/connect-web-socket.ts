import { LiveConnection } from './live-connection.ts';
import type { LiveWebSocket, LiveWebSocketOptions, MessagesOf } from './live-types.ts';

/**
 * Connects to a route of `createWebSocketRoute()`, with its types, in browsers and wherever there is a `WebSocket`. A connection that
 * breaks is made again, after growing pauses of random length, so that clients do not all come back at once. It ends for good when
 * either side closes it with 1000, a code from 3000 to 4999, or one that says that the client is at fault (1002 to 1010).
 *
 * ```ts
 * const socket = connectWebSocket<typeof GET>('wss://example.com/orders', {
 *   message: ({ text }) => show(text),
 * });
 * const { number } = await socket.request('order', { item: 3 });
 * ```
 *
 * @param url a function is asked before each attempt, so that it can have a new token, or say what was received last
 * @typeParam Route the type of the route: `import type { GET } from '../routes/orders.ts'`
 * @throws TypeError if there is no `WebSocket`, for a URL that is none, and for an unknown option
 */
export function connectWebSocket<Route = unknown>(
  url: string | URL | (() => string | URL | Promise<string | URL>),
  options: LiveWebSocketOptions<MessagesOf<Route>> = {},
): LiveWebSocket<MessagesOf<Route>> {
  // Its types are those of the route.
  return new LiveConnection(url, options) as LiveWebSocket<MessagesOf<Route>>;
}
