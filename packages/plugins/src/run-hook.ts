import { PluginError } from '@blaizejs/errors';
import { toError } from '@blaizejs/errors/internal';
import type { Plugin, PluginTarget } from '@blaizejs/types';

import { pluginChannel, type PluginStep } from './plugin-channel.ts';

/** The hooks of a plugin, in the order in which they run. */
export type Hook = 'initialize' | 'onServerStart' | 'onServerStop' | 'terminate';

/** Runs a hook. @throws PluginError that names the plugin and the hook */
export async function attempt<T>(
  plugin: Plugin,
  hook: Hook | 'setup',
  target: PluginTarget | undefined,
  run: () => T,
): Promise<Awaited<T>> {
  const step: PluginStep = { target, plugin, hook };
  try {
    if (pluginChannel.hasSubscribers) pluginChannel.publish(step);
  } catch {
    // A worker has subscribers of its own, and forbids to publish at the top level of a module.
  }
  try {
    return await (step.around ? step.around(run) : run());
  } catch (error) {
    throw new PluginError(plugin.name, `failed in ${hook}: ${toError(error).message}`, { cause: error });
  }
}

/** Waits for a hook, but not longer than its time. @param late creates the error to throw then */
export async function within<T>(ms: number, late: () => PluginError, running: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    try {
      timer = setTimeout(() => reject(late()), ms);
    } catch {
      // Workers forbid timers at the top level of a module, where apps call `ready()`.
    }
  });
  try {
    return await Promise.race([running, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
