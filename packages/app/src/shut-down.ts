import { setTimeout as wait } from 'node:timers/promises';

import { logError, logLine } from '@blaizejs/context/internal';
import type { PluginHost } from '@blaizejs/plugins/internal';
import type { CloseOptions, Logger } from '@blaizejs/types';

import type { ServerEventEmitter } from './events.ts';

/** Something that answers requests. */
export interface Drainable {
  /** Lets what is in flight finish and takes nothing new; resolves when nothing is left. */
  drain(): Promise<unknown>;
  /** Cuts whatever is left. */
  destroy(): void;
}

/** What there is to stop. */
export interface Parts {
  readonly sources: readonly Drainable[];
  /** Emits `draining`, and ends what would never end by itself. */
  readonly tellDraining: () => Promise<unknown>;
  readonly plugins: PluginHost;
  /** Ends when no plugin is being set up any more. */
  readonly settingUp: Promise<unknown>;
  readonly events: ServerEventEmitter;
  readonly log: Logger;
  /** What is stopped, for the log. */
  readonly name: string | undefined;
}

// The part of its time after which clean-up begins even though requests are still in flight. They are not cut before
// all of it is over, but what holds data gets its turn in any case.
const DRAIN_SHARE = 0.8;

/**
 * Announces a stop while everything is still served: `closing` listeners run, and the delay passes.
 *
 * @param delay milliseconds, counted from now
 * @param timeout milliseconds for the listeners
 */
export async function announceStop(
  { events, log }: Pick<Parts, 'events' | 'log'>,
  { delay, timeout }: { readonly delay: number; readonly timeout: number },
): Promise<void> {
  const heard = within(delay + timeout / 2, events.notify('closing'));
  await Promise.all([heard, delay > 0 && wait(delay)]);
  if (!(await heard))
    logLine(() => log, 'warn', 'The listeners of the closing event took too long; they were left behind');
}

/**
 * Stops: nothing new is taken and what is in flight finishes, while `draining` listeners run; `stopping` listeners run;
 * plugins stop and terminate; what is left is cut; `stopped` listeners run. Takes no longer than its timeout. Never
 * rejects.
 *
 * @returns whether everything stopped by itself, in time
 */
export async function shutDown(
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
