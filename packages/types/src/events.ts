/** The server's events, with what their listeners get. */
export interface ServerEventMap {
  /** The socket is bound. */
  started: [];
  /**
   * A stop has begun: health checks should fail from now on. Everything is still served for `drainDelay`. Awaited, like the
   * next two.
   */
  closing: [];
  /** Nothing new is taken from now on. Event streams and tunnels should end, with a hint when to come back. */
  draining: [];
  /** Requests have finished, or their time is nearly over: the place to close a database. */
  stopping: [];
  /** Nothing of the server is left. */
  stopped: [];
  /** Something failed outside of a request, or a request failed with a 500. Without a listener it is logged. */
  error: [error: Error];
  /** The routes were loaded for the first time: how many. */
  'routes:loaded': [count: number];
  /** Changed route files are live: how many routes are served now. */
  'routes:reloaded': [count: number];
}

/** A listener of one event. */
export type ServerEventListener<E extends keyof ServerEventMap> = (...args: ServerEventMap[E]) => unknown;

/** What `server.events` offers: a typed part of Node's `EventEmitter`. */
export interface ServerEvents {
  on<E extends keyof ServerEventMap>(event: E, listener: ServerEventListener<E>): this;
  once<E extends keyof ServerEventMap>(event: E, listener: ServerEventListener<E>): this;
  off<E extends keyof ServerEventMap>(event: E, listener: ServerEventListener<E>): this;
  listenerCount(event: keyof ServerEventMap): number;
}
