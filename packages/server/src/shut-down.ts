import type { PluginHost } from '@blaizejs/plugins';
import type { CloseOptions, Logger } from '@blaizejs/types';

import type { Adapter } from './adapters/adapter.ts';
import type { FetchAdapter } from './adapters/fetch.ts';
import type { ServerEventEmitter } from './events.ts';

/** What there is to stop. */
export interface Parts {
  readonly adapter: Adapter;
  readonly fetch: FetchAdapter;
  readonly plugins: PluginHost;
  /** Ends when no plugin is being set up any more. */
  readonly settingUp: Promise<unknown>;
  readonly events: ServerEventEmitter;
  readonly log: Logger;
}

// The part of its time after which clean-up begins even though requests are still in flight. They are not cut before
// all of it is over, but what holds data gets its turn in any case.
const DRAIN_SHARE = 0.8;

/**
 * Stops a server: nothing new is taken and what is in flight finishes; `stopping` listeners run; plugins stop and
 * terminate; what is left is cut; `stopped` listeners run. Takes no longer than its timeout. Never rejects.
 *
 * @returns whether everything stopped by itself, in time
 */
export async function shutDown(
  { adapter, fetch, plugins, settingUp, events, log }: Parts,
  { timeout, onStopping, onStopped }: CloseOptions & { readonly timeout: number },
): Promise<boolean> {
  const begun = performance.now();
  const wasListening = adapter.server.listening;
  const left = (): number => Math.max(0, timeout - (performance.now() - begun));
  const call = async (hook: (() => unknown) | undefined): Promise<void> => {
    try {
      await hook?.();
    } catch (error) {
      events.report(error);
    }
  };

  const drained = Promise.all([adapter.drain(), fetch.drain()]);
  await within(left() * DRAIN_SHARE, drained);

  const stopping = Promise.all([call(onStopping), events.notify('stopping')]);
  const heard = await within(left() / 2, stopping);
  if (!heard) log.warn('The listeners of the stopping event took too long; they were left behind');

  await within(left() / 2, settingUp);
  const failures = await plugins.stop(left());
  for (const error of failures) log.error({ err: error }, error.message);

  const calm = await within(left(), drained);
  if (!calm)
    log.warn(`Requests were still in flight after ${Math.round(timeout)} ms; their connections were cut`);
  adapter.destroy();
  if (wasListening) log.info(`Server stopped (${Math.round(performance.now() - begun)} ms)`);
  await within(left(), Promise.all([call(onStopped), events.notify('stopped')]));
  return heard && calm && failures.length === 0;
}

/** Whether a promise settles in time. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
