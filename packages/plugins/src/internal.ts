/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { createPluginHost, type Plugins } from './create-plugin-host.ts';
export { PluginHost } from './plugin-host.ts';
