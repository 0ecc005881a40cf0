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
  if (text !== undefined) printIfUncaught(error, text);
}

/**
 * As {@link prepareStartFailure}, for what is thrown at once, when the tools of development are not loaded: the message,
 * and the calls of the app.
 */
export function prepareThrown(error: unknown): void {
  if (!(error instanceof Error)) return;
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line) && !isForeign(line));
  printIfUncaught(error, [`${error.name}: ${error.message}`, ...calls].join('\n'));
}

// Undefined in a CommonJS bundle.
const OURS: string | undefined = import.meta.dirname;

function isForeign(call: string): boolean {
  return /[( ]node:|[/\\]node_modules[/\\]/.test(call) || (OURS !== undefined && call.includes(OURS));
}

function printIfUncaught(error: Error, text: string): void {
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
