export { createPlugin, type ConfigurablePlugin, type PluginFactory } from './create-plugin.ts';
export { PluginHost } from './plugin-host.ts';
export type { Plugin, PluginHooks, ServicesOf } from '@blaizejs/types';
