import type { Worker } from 'node:cluster';

import {
  type Report,
  type ServerStateMessage,
  type StartMessage,
  TICKET_KEYS,
  type TicketKeysMessage,
  WORKER_BUS,
} from './messages.ts';
import { SharedTicketKeys } from './shared-ticket-keys.ts';
import { ChannelBus } from './worker-bus.ts';

/** What a worker needs of Node. */
export interface WorkerSurroundings {
  readonly process: Pick<
    NodeJS.Process,
    'connected' | 'emit' | 'execPath' | 'exit' | 'listenerCount' | 'on' | 'once' | 'platform' | 'send'
  > & { argv: string[] };
  readonly worker: Pick<Worker, 'disconnect' | 'exitedAfterDisconnect'> | undefined;
  /** Where other packages look for what the cluster shares: `globalThis`. */
  readonly shared: object;
  /** Calls a function with each message about the state of a server. */
  readonly watchServers: (listener: (message: unknown) => void) => void;
  /** Runs a file. */
  readonly load: (file: string) => Promise<unknown>;
}

// The listeners of this file per signal.
const OWN_LISTENERS = 1;

/** What each worker does first: waits for the keys, loads the app, and reports when all servers that it started listen. */
export class WorkerLife {
  readonly #surroundings: WorkerSurroundings;
  readonly #states = new Map<object, string>();
  #isEvaluated = false;
  #isPlainListening = false;
  #isReady = false;
  #isStopping = false;
  #stopTimeout = 10_000;

  constructor(surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Resolves when the app is loaded. @throws what the app throws */
  async run(): Promise<void> {
    const { process, shared, load, watchServers } = this.#surroundings;
    Object.defineProperty(shared, WORKER_BUS, { value: new ChannelBus(process) });
    this.#listenToSignals();
    watchServers((message) => this.#see(message as ServerStateMessage));
    process.on('uncaughtExceptionMonitor', (error: unknown) => this.#fail(error));
    const { entry, args, ticketKeys, stopTimeout } = await this.#receiveStart();
    this.#stopTimeout = stopTimeout;
    const keys = new SharedTicketKeys(ticketKeys);
    Object.defineProperty(shared, TICKET_KEYS, { value: keys });
    process.on('message', (message: Partial<TicketKeysMessage> | null) => {
      if (message?.blaize === 'ticketKeys') keys.replace(String(message.ticketKeys));
    });
    process.argv = [process.execPath, entry, ...args];
    this.#look();
    try {
      await load(entry);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#isEvaluated = true;
    this.#look();
  }

  #listenToSignals(): void {
    const { process, worker } = this.#surroundings;
    // This process must drain when its primary dies. Node would exit at once if the disconnect had not been asked for.
    if (worker) worker.exitedAfterDisconnect = true;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // A terminal or systemd signals all processes of a group. What the primary asks for in addition is then no second signal.
        this.#isStopping = true;
        this.#tell({ blaize: 'draining' });
        if (process.listenerCount(signal) === OWN_LISTENERS) this.#leave();
      });
    }
    // The primary's affair.
    if (process.platform !== 'win32') process.on('SIGHUP', () => undefined);
  }

  #receiveStart(): Promise<StartMessage> {
    const { process } = this.#surroundings;
    return new Promise((resolve) => {
      process.on('message', (message: unknown) => {
        const { blaize } = (message ?? {}) as { blaize?: unknown };
        if (blaize === 'start') resolve(message as StartMessage);
        else if (blaize === 'stop') this.#stop();
        else if (blaize === 'listening') {
          this.#isPlainListening = true;
          this.#look();
        }
      });
      process.once('disconnect', () => {
        setTimeout(() => process.exit(1), this.#stopTimeout).unref();
        this.#stop();
      });
      this.#tell({ blaize: 'hello' });
    });
  }

  #see({ server, state }: ServerStateMessage): void {
    this.#states.set(server, state);
    if (state === 'closing' && this.#count('listening') === 0) this.#tell({ blaize: 'draining' });
    this.#look();
  }

  #count(wanted: string): number {
    return [...this.#states.values()].filter((state) => state === wanted).length;
  }

  #look(): void {
    if (this.#isReady || this.#isStopping) return;
    const starting = this.#count('starting');
    if (!this.#isEvaluated) {
      this.#wait('its module has not finished to load; a top-level `await` may never end');
    } else if (starting > 0) {
      this.#wait(`${starting} of its servers ${starting === 1 ? 'is' : 'are'} still starting`);
    } else if (this.#count('listening') > 0 || (this.#states.size === 0 && this.#isPlainListening)) {
      this.#isReady = true;
      this.#tell({ blaize: 'ready' });
    } else this.#wait('it has not started a server');
  }

  /** Drains as for SIGTERM, whichever system this is. */
  #stop(): void {
    const { process } = this.#surroundings;
    if (this.#isStopping) return;
    if (process.listenerCount('SIGTERM') > OWN_LISTENERS) process.emit('SIGTERM', 'SIGTERM');
    else this.#leave();
  }

  /** Ends a process in which nobody drains: it has plain servers, or none yet. */
  #leave(): void {
    const { process, worker } = this.#surroundings;
    if (this.#isReady) worker?.disconnect();
    else process.exit(0);
  }

  #wait(reason: string): void {
    this.#tell({ blaize: 'waiting', reason });
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#tell({ blaize: 'failed', reason });
  }

  #tell(report: Report): void {
    const { process } = this.#surroundings;
    // Without a callback, a primary that is gone would be an uncaught error.
    if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
  }
}
