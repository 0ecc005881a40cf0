import { channel } from 'node:diagnostics_channel';

import type { Plugin, PluginTarget } from '@blaizejs/types';

/** What is published before a part of a plugin runs. */
export interface PluginStep {
  /** The app or server that it runs for. */
  readonly target: PluginTarget | undefined;
  readonly plugin: Plugin;
  readonly hook: string;
  /** A subscriber can set it to run the part inside of something. It returns what `run` returns. */
  around?: (<T>(run: () => T) => T) | undefined;
}

/** Each part of a plugin: `setup` and the hooks. */
export const pluginChannel = channel('blaizejs.plugin');
