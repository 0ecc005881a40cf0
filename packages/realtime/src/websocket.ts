export { createWebSocketRoute } from './websocket/create-web-socket-route.ts';
export { createRooms, type Rooms, type RoomsOptions } from './websocket/rooms.ts';
export type { WebSocketClose } from './websocket/close-codes.ts';
export type { Format } from './websocket/codec.ts';
export type {
  MessageFrom,
  MessageSchemas,
  MessageTo,
  ServerSocket,
  WebSocketRoute,
  WebSocketRouteMaker,
  WebSocketRouteOptions,
  WebSocketSettings,
} from './websocket/route-types.ts';
export type { WebSocketRequestOptions } from './websocket/outstanding.ts';
export { WebSocketRequestError, type WebSocketRequestErrorCode } from './websocket/request-error.ts';
export type {
  Answers,
  Ask,
  DataFrom,
  DataTo,
  NoRequests,
  ReplyFrom,
  ReplyTo,
  RequestSchema,
  RequestSchemas,
  RequestsOfClient,
  RequestsToClient,
} from './websocket/request-types.ts';
