export type { PortableApp } from './portable-app.ts';
export type {
  CloseOptions,
  FetchInfo,
  GlobalEnv,
  Plugin,
  Services,
  ServicesOf,
  State,
} from '@blaizejs/types';
