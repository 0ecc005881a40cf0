import cluster from 'node:cluster';
import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';

import { type Report, type ServerStateMessage, type StartMessage, TICKET_KEYS } from './messages.ts';

// What each worker runs first: it waits for the keys, loads the app, and reports when all servers that the app started
// listen.

// This file's own listeners per signal.
const COUNT = 1;

const states = new Map<object, string>();
let isEvaluated = false;
let isPlainListening = false;
let isReady = false;
let isStopping = false;

function tell(report: Report): void {
  // Without a callback, a primary that is gone would be an uncaught error.
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
}

function look(): void {
  if (isReady || isStopping) return;
  const starting = [...states.values()].filter((state) => state === 'starting').length;
  const listening = [...states.values()].filter((state) => state === 'listening').length;
  if (!isEvaluated) {
    tell({
      blaize: 'waiting',
      reason: 'its module has not finished to load; a top-level `await` may never end',
    });
  } else if (starting > 0) {
    tell({
      blaize: 'waiting',
      reason: `${starting} of its servers ${starting === 1 ? 'is' : 'are'} still starting`,
    });
  } else if (listening > 0 || (states.size === 0 && isPlainListening)) {
    isReady = true;
    tell({ blaize: 'ready' });
  } else tell({ blaize: 'waiting', reason: 'it has not started a server' });
}

/** Drains as for SIGTERM, whichever system this is. */
function stop(): void {
  if (isStopping) return;
  if (process.listenerCount('SIGTERM') > COUNT) process.emit('SIGTERM', 'SIGTERM');
  // Nobody drains: a plain server, or none yet.
  else if (isReady) cluster.worker?.disconnect();
  else process.exit(0);
}

// This process must drain when its primary dies. Node would exit at once if the disconnect had not been asked for.
if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;

// A terminal or systemd signals all processes of a group. What the primary asks for in addition is then no second signal.
const noteSignal = (): void => {
  isStopping = true;
  tell({ blaize: 'draining' });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    noteSignal();
    if (process.listenerCount(signal) > COUNT) return;
    if (isReady) cluster.worker?.disconnect();
    else process.exit(0);
  });
}
// The primary's affair.
if (process.platform !== 'win32') process.on('SIGHUP', () => undefined);

subscribe('blaizejs.server', (message) => {
  const { server, state } = message as ServerStateMessage;
  states.set(server, state);
  if (state === 'closing') tell({ blaize: 'draining' });
  look();
});
process.on('uncaughtExceptionMonitor', (error: unknown) =>
  tell({ blaize: 'failed', reason: describe(error) }),
);

let stopTimeout = 10_000;
const started = await new Promise<StartMessage>((resolve) => {
  process.on('message', (message) => {
    const { blaize } = (message ?? {}) as { blaize?: unknown };
    if (blaize === 'start') resolve(message as StartMessage);
    else if (blaize === 'stop') stop();
    else if (blaize === 'listening') {
      isPlainListening = true;
      look();
    }
  });
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), stopTimeout).unref();
    stop();
  });
  tell({ blaize: 'hello' });
});
const { entry, args, ticketKeys } = started;
stopTimeout = started.stopTimeout;
Object.defineProperty(globalThis, TICKET_KEYS, { value: Buffer.from(ticketKeys, 'base64') });
process.argv = [process.execPath, entry, ...args];
look();
try {
  await import(pathToFileURL(entry).href);
} catch (error) {
  tell({ blaize: 'failed', reason: describe(error) });
  throw error;
}
isEvaluated = true;
look();

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
