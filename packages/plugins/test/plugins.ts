import { setTimeout } from 'node:timers/promises';

import type { Plugin, PluginHooks, Server } from '@blaizejs/types';

import { createPlugin } from '../src/create-plugin.ts';
import type { PluginHost } from '../src/plugin-host.ts';

export const server = {} as Server;
export const STAGES = ['initialize', 'onServerStart', 'onServerStop', 'terminate'] as const;

export function plugin(
  name: string,
  hooks: PluginHooks | (() => PluginHooks | Promise<PluginHooks>),
): Plugin {
  return createPlugin(name, '1.0.0', () => (typeof hooks === 'function' ? hooks() : hooks));
}

/** Notes its whole life. */
export function noting(name: string, log: string[]): Plugin {
  return createPlugin(name, '1.0.0', async () => {
    log.push(`${name} setup`);
    return Object.fromEntries(
      STAGES.map((stage) => [
        stage,
        async () => {
          await setTimeout(1);
          log.push(`${name} ${stage}`);
        },
      ]),
    );
  });
}

export async function up(host: PluginHost): Promise<void> {
  await host.setUp(server);
  await host.initialize();
  await host.start();
}
