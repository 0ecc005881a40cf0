export { content, events, type EventsOf, type LinesOptions, ndjson } from './content.ts';
export { createContext, type CreateContextOptions } from './create-context.ts';
export { reply } from './reply.ts';
export { runWithContext, tryUseContext, useContext } from './storage.ts';
export type {
  Context,
  ContextRequest,
  ContextResponse,
  HeaderValue,
  Logger,
  Outcome,
  PathParams,
  QueryParams,
  Reply,
  RequestTunnel,
  RouteInfo,
  Services,
  State,
  TlsPeer,
} from '@blaizejs/types';
