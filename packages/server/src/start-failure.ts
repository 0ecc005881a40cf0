import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { loadDevelopmentTools, developmentTools } from './development-tools.ts';

const texts = new WeakMap<object, string>();
let isWatching = false;

/**
 * Prepares an error that a start failed with. If nobody catches it, so that it ends the process, it is printed as errors
 * are in development: what happened, the line of the app, the causes. Node would print where the framework threw it, and
 * all its fields. Exit code (1) and handlers of `uncaughtException` stay as they are.
 */
export async function prepareStartFailure(error: unknown): Promise<void> {
  if (!(error instanceof Error)) return;
  await loadDevelopmentTools();
  const text = developmentTools()?.textFor(error);
  if (text === undefined) return;
  texts.set(error, text);
  if (isWatching) return;
  isWatching = true;
  // Runs before Node prints, and changes nothing for other errors.
  process.on('uncaughtExceptionMonitor', print);
}

function print(error: unknown): void {
  const text = typeof error === 'object' && error !== null ? texts.get(error) : undefined;
  if (text === undefined || isForOthers()) return;
  try {
    writeSync(process.stderr.fd, `${text}\n`);
  } catch {
    // Node prints it then.
    return;
  }
  process.exit(1);
}

/** Whether somebody else deals with uncaught errors: the app, whoever started a worker, or a report of Node. */
function isForOthers(): boolean {
  return (
    !isMainThread ||
    process.listenerCount('uncaughtException') > 0 ||
    process.hasUncaughtExceptionCaptureCallback() ||
    process.report.reportOnUncaughtException
  );
}
