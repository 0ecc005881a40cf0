import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { afterEach, expect, test, vi } from 'vitest';

import { createPlugin } from './create-plugin.ts';
import { pluginChannel } from './plugin-channel.ts';
import { attempt } from './run-hook.ts';

const subscriber = (): void => undefined;

afterEach(() => {
  unsubscribe(pluginChannel.name, subscriber);
  vi.restoreAllMocks();
});

test('a hook runs where nothing may be published, as at the top level of a worker', async () => {
  subscribe(pluginChannel.name, subscriber);
  const publish = vi.spyOn(pluginChannel, 'publish').mockImplementation(() => {
    throw new Error('Disallowed operation called within global scope.');
  });
  const plugin = createPlugin('some', '1.0.0', () => undefined)();
  expect(await attempt(plugin, 'setup', undefined, () => 'ran')).toBe('ran');
  expect(publish).toHaveBeenCalledOnce();
});
