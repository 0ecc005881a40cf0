import { createServer, IncomingMessage, type ServerOptions } from 'node:http';

// Node from 22.21 and 24.9 on.
const HAS_CALLBACK = 'shouldUpgradeCallback' in createServer();

const ASKED = Symbol('asked');
const TAKEN = Symbol('taken');

interface Asking extends IncomingMessage {
  [ASKED]?: boolean;
  [TAKEN]?: boolean;
}

/**
 * What makes a server decide for each request whether its Upgrade field is taken; others are served as if they had none
 * (RFC 9110 section 7.8). Without it, an `upgrade` listener gets every request with such a field.
 *
 * The parser stops behind each, taken or not, and Node (20 to 26) drops what came with it in one piece: requests that
 * were pipelined. It looks at `upgrade` again then, and here it finds that a request which is complete is one, so that
 * the listener gets the rest; see {@link isIgnored}.
 */
export function upgradeOptions(isTaken: (request: IncomingMessage) => boolean): ServerOptions {
  if (!HAS_CALLBACK) return upgradeMessage(isTaken);
  const shouldUpgradeCallback = (request: Asking): boolean => {
    if (isTaken(request)) return true;
    request[TAKEN] = false;
    Object.defineProperty(request, 'upgrade', { get: () => request.complete, set: () => undefined });
    return false;
  };
  // Its types don't know it yet.
  return { shouldUpgradeCallback } as ServerOptions;
}

/** Whether a request that an `upgrade` listener gets was served as an ordinary one before. */
export function isIgnored(request: IncomingMessage): boolean {
  return (request as Asking)[TAKEN] === false;
}

/** For Node 20, which reads `upgrade` when the head is there, and sets it to whether there is a listener. */
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
