/** The server's events, with the arguments of their listeners. */
export interface ServerEventMap {
  /** The socket is bound. */
  started: [];
  /**
   * A stop has begun: health checks should fail from now on. For `drainDelay`, everything is still served. Listeners are
   * awaited, as for the next two.
   */
  closing: [];
  /** No new requests are accepted. Event streams and tunnels should end, with a hint when to reconnect. */
  draining: [];
  /** Requests have finished, or have almost run out of time: close the database here. */
  stopping: [];
  /** The server has stopped completely. */
  stopped: [];
  /** Something failed outside of a request, or a request failed with a 500. Without a listener it is logged. */
  error: [error: Error];
  /** The routes were loaded for the first time; `count` is their number. */
  'routes:loaded': [count: number];
  /** Changed route files are live; `count` is the number of routes now. */
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
