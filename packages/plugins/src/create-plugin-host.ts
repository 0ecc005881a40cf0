import { leftOut } from '@blaizejs/errors/internal';

import { PluginHost, type PluginHostSettings } from './plugin-host.ts';

declare const BLAIZE_WITHOUT_PLUGINS: true | undefined;

/** What an app needs of a {@link PluginHost}. */
export type Plugins = Pick<PluginHost, keyof PluginHost>;

/** Creates what runs the plugins of an app. */
export const createPluginHost: (settings: PluginHostSettings) => Plugins =
  typeof BLAIZE_WITHOUT_PLUGINS === 'undefined' ? (settings) => new PluginHost(settings) : () => noPlugins;

const none = /* @__PURE__ */ leftOut('plugins or register()');

/** In a build where nothing can add a plugin. */
const noPlugins: Plugins = {
  services: Object.create(null) as Plugins['services'],
  plugins: [],
  perRequest: undefined,
  add: (...plugins) => {
    if (plugins.length > 0) none();
  },
  remove: none,
  setUp: async () => {},
  initialize: async () => {},
  start: async () => {},
  drop: () => Promise.resolve([]),
  stop: () => Promise.resolve([]),
};
