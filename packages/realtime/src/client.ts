export { connectWebSocket } from './client/connect-web-socket.ts';
export type {
  Conversation,
  LiveRequestOptions,
  LiveWebSocket,
  LiveWebSocketOptions,
  MessagesOf,
  WebSocketConstructor,
  WebSocketLike,
} from './client/live-types.ts';
export type { WebSocketRequestOptions } from './websocket/outstanding.ts';
export { WebSocketRequestError, type WebSocketRequestErrorCode } from './websocket/request-error.ts';
