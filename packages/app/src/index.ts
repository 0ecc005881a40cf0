export type { AppLimitOptions, AppOptions, RouterOptions } from './app-options.ts';
export type { RequestTrace } from './channels.ts';
export { createApp } from './create-app.ts';
