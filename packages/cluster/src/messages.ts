/** The first message to a worker. */
export interface StartMessage {
  readonly blaize: 'start';
  /** The file to run, absolute. */
  readonly entry: string;
  readonly args: readonly string[];
  /** 48 bytes as base64. A message, since the environment is passed on to whatever the app starts. */
  readonly ticketKeys: string;
  /** Milliseconds in which a worker whose primary has died must end. */
  readonly stopTimeout: number;
}

/** To a worker: its servers should use other ticket keys from now on. */
export interface TicketKeysMessage {
  readonly blaize: 'ticketKeys';
  /** As in {@link StartMessage}. */
  readonly ticketKeys: string;
}

/** To a worker: drain, then exit. */
export interface StopMessage {
  readonly blaize: 'stop';
}

/** To a worker: something in it listens. Only the primary is told by Node. */
export interface ListeningMessage {
  readonly blaize: 'listening';
}

/** From a worker. */
export type Report =
  /** It can receive messages. */
  | { readonly blaize: 'hello' }
  | { readonly blaize: 'ready' }
  | { readonly blaize: 'draining' }
  /** What it waits for, if it takes too long. */
  | { readonly blaize: 'waiting'; readonly reason: string }
  | { readonly blaize: 'failed'; readonly reason: string };

/** Where a server finds the session ticket keys that it shares with other processes: a `TicketKeySource`. */
export const TICKET_KEYS: unique symbol = Symbol.for('blaizejs.ticketKeys');

/** Where the parts of a worker, also those of other packages, find its end of the bus: a `WorkerBus`. */
export const WORKER_BUS: unique symbol = Symbol.for('blaizejs.workerBus');

/** What the channel `blaizejs.server` publishes. */
export interface ServerStateMessage {
  readonly server: object;
  readonly state: string;
}
