import { hkdfSync, randomBytes } from 'node:crypto';

import type { TicketKeySource } from '@blaizejs/types/internal';

/** What Node's `ticketKeys` takes: a name of 16 bytes, an HMAC key and an AES key. */
export const TICKET_KEY_BYTES = 48;

const CLUSTER_KEYS: unique symbol = Symbol.for('blaizejs.ticketKeys');

let shared: Buffer | undefined;
const listeners = new Set<() => void>();

/**
 * Gives all servers of this process, now and from now on, the secret from which they make their ticket keys, so that
 * processes with the same secret resume each other's TLS sessions. A supervisor calls it in each of its workers, before
 * they listen, and again with new bytes to replace the keys: every 12 hours, say. Servers with a `ticketKeys` of their own
 * keep it.
 *
 * The keys also depend on the names of the certificates and on how clients are checked: servers that differ in these do not
 * resume each other's sessions.
 *
 * In a worker of `@blaizejs/cluster`, this is done already; what is given here takes its place.
 *
 * @param secret 48 random bytes; undefined ends the sharing
 * @throws RangeError if there are not exactly 48
 */
export function shareTicketKeys(secret: Uint8Array | undefined): void {
  if (secret !== undefined && secret.byteLength !== TICKET_KEY_BYTES) {
    throw new RangeError(
      `shareTicketKeys(): expected ${TICKET_KEY_BYTES} bytes, received ${secret.byteLength}. ` +
        'Use crypto.randomBytes(48).',
    );
  }
  shared = secret && Buffer.from(secret);
  for (const listener of listeners) listener();
}

/** Whether `shareTicketKeys()` or a cluster decides. */
export function hasSharedTicketKeys(): boolean {
  return (shared ?? ofCluster()) !== undefined;
}

/** Calls a function when the shared secret changes. @returns a function that undoes this */
export function onSharedTicketKeys(listener: () => void): () => void {
  const own = (): void => {
    if (!shared) listener();
  };
  const forget = ofCluster()?.onChange(own);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    forget?.();
  };
}

/** The shared secret, or a new one. */
export function ticketSecret(): Uint8Array {
  return shared ?? ofCluster()?.secret ?? randomBytes(TICKET_KEY_BYTES);
}

/** What `@blaizejs/cluster` gives a worker before it loads anything else. */
function ofCluster(): TicketKeySource | undefined {
  return (globalThis as { [CLUSTER_KEYS]?: TicketKeySource })[CLUSTER_KEYS];
}

/**
 * The ticket keys of servers with this secret that have the same rules and the same names. Without the names, a client could
 * resume, under a name that the server has given up, a session that it trusts for this name.
 */
export function deriveTicketKeys(secret: Uint8Array, rules: string, names: readonly string[]): Buffer {
  const salt = JSON.stringify(['blaizejs ticket keys', rules, [...new Set(names)].sort()]);
  // HKDF's `info` may be 1024 bytes long; the salt has no such limit.
  return Buffer.from(hkdfSync('sha256', secret, salt, 'ticket keys', TICKET_KEY_BYTES));
}
