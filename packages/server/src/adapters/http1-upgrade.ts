import { createServer, IncomingMessage, type ServerOptions } from 'node:http';

// Node has it from 22.21 and 24.9 on.
const HAS_CALLBACK = 'shouldUpgradeCallback' in createServer();

const ASKED = Symbol('asked');
const TAKEN = Symbol('taken');

interface Asking extends IncomingMessage {
  [ASKED]?: boolean;
  [TAKEN]?: boolean;
}

/**
 * Options that let a server decide for each request whether to take its Upgrade; a request that isn't taken is served as if
 * it had no Upgrade field (RFC 9110 section 7.8). Without them, the `upgrade` listener gets every request with such a field.
 *
 * The parser stops after each such request, taken or not, and Node (20 to 26) drops the rest of the chunk: pipelined
 * requests. But it reads `upgrade` again first. Here, `upgrade` is then true for a complete request, so that the listener
 * gets the rest; see {@link isIgnored}.
 */
export function upgradeOptions(isTaken: (request: IncomingMessage) => boolean): ServerOptions {
  if (!HAS_CALLBACK) return upgradeMessage(isTaken);
  const shouldUpgradeCallback = (request: Asking): boolean => {
    if (isTaken(request)) return true;
    request[TAKEN] = false;
    Object.defineProperty(request, 'upgrade', { get: () => request.complete, set: () => undefined });
    return false;
  };
  // The types don't include it yet.
  return { shouldUpgradeCallback } as ServerOptions;
}

/** Whether a request that the `upgrade` listener gets has already been served as an ordinary one. */
export function isIgnored(request: IncomingMessage): boolean {
  return (request as Asking)[TAKEN] === false;
}

/** For Node 20, which sets `upgrade` to whether there is a listener, and reads it once the head has arrived. */
function upgradeMessage(isTaken: (request: IncomingMessage) => boolean): ServerOptions {
  return {
    IncomingMessage: class extends IncomingMessage {
      declare [ASKED]: boolean | undefined;
      declare [TAKEN]: boolean | undefined;

      get upgrade(): boolean {
        if (this[ASKED] !== true) return false;
        this[TAKEN] ??= this.method === 'CONNECT' || isTaken(this);
        return this[TAKEN] || this.complete;
      }

      set upgrade(asked: boolean | null) {
        this[ASKED] = asked === true;
      }
    },
  };
}
