export { createServer } from './create-server.ts';
export type { LogFileOptions, LogOptions } from './logs/log-options.ts';
export type { Http2Options, ServerOptions } from './options.ts';
export type { TrustProxyOption } from './proxies/trusted-proxies.ts';
export type {
  App,
  CloseOptions,
  EndpointAddress,
  EndpointOptions,
  FetchInfo,
  LimitName,
  ListenOptions,
  Logger,
  LoggerInput,
  LogLevel,
  Middleware,
  MiddlewareInput,
  Plugin,
  RouteInfo,
  Router,
  Server,
  ServerEvents,
  ServerState,
  ServerStatistics,
  ServerTotals,
  Services,
  State,
  TlsOptions,
  TlsUpdate,
} from '@blaizejs/types';
