export { createPlugin, type ConfigurablePlugin, type PluginFactory } from './create-plugin.ts';
