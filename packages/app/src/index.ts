export type { AppLimitOptions, AppOptions, RouterOptions } from './app-options.ts';
export type { RequestTrace } from './channels.ts';
export { createApp } from './create-app.ts';
export type {
  App,
  CloseOptions,
  FetchInfo,
  LimitName,
  Logger,
  LoggerInput,
  Middleware,
  MiddlewareInput,
  Plugin,
  RouteInfo,
  Router,
  ServerEvents,
  Services,
  State,
} from '@blaizejs/types';
