export { createPlugin, type ConfigurablePlugin, type PluginFactory } from './create-plugin.ts';
export { PluginHost } from './plugin-host.ts';
export type * from '@blaizejs/types';
