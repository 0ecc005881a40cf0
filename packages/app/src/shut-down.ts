import { setTimeout as wait } from 'node:timers/promises';

import { logError, logLine } from '@blaizejs/context/internal';
import { leftOut } from '@blaizejs/errors/internal';
import type { Plugins } from '@blaizejs/plugins/internal';
import type { CloseOptions, Logger } from '@blaizejs/types';

import type { ServerEventEmitter } from './events.ts';

declare const BLAIZE_WITHOUT_CLOSE: true | undefined;

/** A source of requests. */
export interface Drainable {
  /** Accepts nothing new and lets requests in flight finish; resolves when none are left. */
  drain(): Promise<unknown>;
  /** Cuts off the requests that are left. */
  destroy(): void;
}

/** The parts to stop. */
export interface Parts {
  readonly sources: readonly Drainable[];
  /** Emits `draining`, and ends streams that would never end by themselves. */
  readonly tellDraining: () => Promise<unknown>;
  readonly plugins: Plugins;
  /** Resolves when no plugin is being set up. */
  readonly settingUp: Promise<unknown>;
  readonly events: ServerEventEmitter;
  readonly log: Logger;
  /** The name of what is stopped, for the log. */
  readonly name: string | undefined;
}

// The share of the timeout after which clean-up begins even if requests are still in flight. These are cut off only at the
// end, but databases and the like are closed in any case.
const DRAIN_SHARE = 0.8;

/**
 * Announces the shutdown while everything is still served: runs `closing` listeners, and waits for the delay.
 *
 * @param delay milliseconds, counted from now
 * @param timeout milliseconds for the listeners
 */
export const announceStop: typeof announce =
  typeof BLAIZE_WITHOUT_CLOSE === 'undefined' ? announce : leftOut('close()');

async function announce(
  { events, log }: Pick<Parts, 'events' | 'log'>,
  { delay, timeout }: { readonly delay: number; readonly timeout: number },
): Promise<void> {
  const heard = within(delay + timeout / 2, events.notify('closing'));
  await Promise.all([heard, delay > 0 && wait(delay)]);
  if (!(await heard))
    logLine(() => log, 'warn', 'The listeners of the closing event took too long; they were left behind');
}

/**
 * Shuts down: accepts nothing new and lets requests in flight finish, while `draining` listeners run; runs `stopping`
 * listeners; stops and terminates plugins; cuts off the requests that are left; runs `stopped` listeners. Takes no longer
 * than its timeout. Never rejects.
 *
 * @returns whether everything stopped by itself in time
 */
export const shutDown: typeof shut = typeof BLAIZE_WITHOUT_CLOSE === 'undefined' ? shut : leftOut('close()');

async function shut(
  { sources, tellDraining, plugins, settingUp, events, log, name }: Parts,
  { timeout, onStopping, onStopped }: CloseOptions & { readonly timeout: number },
): Promise<boolean> {
  const begun = performance.now();
  const left = (): number => Math.max(0, timeout - (performance.now() - begun));
  const call = async (hook: (() => unknown) | undefined): Promise<void> => {
    try {
      await hook?.();
    } catch (error) {
      events.report(error);
    }
  };

  const drained = Promise.all([tellDraining(), ...sources.map((source) => source.drain())]);
  await within(left() * DRAIN_SHARE, drained);

  const stopping = Promise.all([call(onStopping), events.notify('stopping')]);
  const heard = await within(left() / 2, stopping);
  if (!heard)
    logLine(() => log, 'warn', 'The listeners of the stopping event took too long; they were left behind');

  await within(left() / 2, settingUp);
  const failures = await plugins.stop(left());
  for (const error of failures) logError(() => log, 'error', error, error.message);

  const calm = await within(left(), drained);
  if (!calm) {
    logLine(
      () => log,
      'warn',
      `Requests were still in flight after ${Math.round(timeout)} ms; their connections were cut`,
    );
  }
  for (const source of sources) source.destroy();
  if (name !== undefined)
    logLine(() => log, 'info', `${name} stopped (${Math.round(performance.now() - begun)} ms)`);
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
