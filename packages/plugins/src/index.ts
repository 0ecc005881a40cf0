export {
  createPlugin,
  type ConfigurablePlugin,
  type PluginFactory,
  type SetupResult,
} from './create-plugin.ts';
export type {
  Context,
  ContextRequest,
  ContextResponse,
  GlobalEnv,
  Logger,
  PathParams,
  Plugin,
  PluginHooks,
  PluginTarget,
  QueryParams,
  RouteInfo,
  Router,
  ServerEvents,
  Services,
  ServicesOf,
  State,
} from '@blaizejs/types';
