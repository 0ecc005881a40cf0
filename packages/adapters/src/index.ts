export type { PortableApp } from './portable-app.ts';
export type { CloseOptions, FetchInfo } from '@blaizejs/types';
