import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { loadDevelopmentTools, developmentTools } from './development-tools.ts';

const texts = new WeakMap<object, string>();
let isWatching = false;

/**
 * Prepares an error that made a start fail. If it ends the process uncaught, it is printed like other errors in development:
 * what happened, the line in the app, the causes. Node would print where the framework threw it, and all its fields. The
 * exit code (1) and handlers of `uncaughtException` are unaffected.
 */
export async function prepareStartFailure(error: unknown): Promise<void> {
  if (!(error instanceof Error)) return;
  await loadDevelopmentTools();
  const text = developmentTools()?.textFor(error);
  if (text !== undefined) printIfUncaught(error, text);
}

/**
 * Like {@link prepareStartFailure}, for errors that are thrown synchronously, before the development tools are loaded:
 * prints the message and the app's stack frames.
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
  // Runs before Node prints, and does not affect other errors.
  process.on('uncaughtExceptionMonitor', print);
}

function print(error: unknown): void {
  const text = typeof error === 'object' && error !== null ? texts.get(error) : undefined;
  if (text === undefined || isForOthers()) return;
  try {
    writeSync(process.stderr.fd, `${text}\n`);
  } catch {
    // Node prints it instead.
    return;
  }
  process.exit(1);
}

/** Whether uncaught errors are handled elsewhere: by the app, by a worker's parent, or by Node's diagnostic report. */
function isForOthers(): boolean {
  return (
    !isMainThread ||
    process.listenerCount('uncaughtException') > 0 ||
    process.hasUncaughtExceptionCaptureCallback() ||
    process.report.reportOnUncaughtException
  );
}
