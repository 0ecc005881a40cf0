export {
  connectWebSocket,
  type LiveWebSocket,
  type LiveWebSocketOptions,
  type MessagesOf,
  type WebSocketConstructor,
  type WebSocketLike,
} from './client/connect-web-socket.ts';
