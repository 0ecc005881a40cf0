/**
 * The secret from which servers make their ticket keys, if something outside shares it between processes. A worker of
 * `@blaizejs/cluster` publishes it as `globalThis[Symbol.for('blaizejs.ticketKeys')]` before it loads the app.
 */
export interface TicketKeySource {
  /** 48 bytes. */
  readonly secret: Uint8Array;
  /** Calls a function when the secret was replaced. @returns a function that undoes this */
  onChange(listener: () => void): () => void;
}
