import { createServer, IncomingMessage, type ServerOptions } from 'node:http';

// Node from 22.21 and 24.9 on.
const HAS_CALLBACK = 'shouldUpgradeCallback' in createServer();

const ASKED = Symbol('asked');
const TAKEN = Symbol('taken');

/**
 * What makes a server decide for each request whether its Upgrade field is taken; others are served as if they had none
 * (RFC 9110 section 7.8). Without it, an `upgrade` listener gets every request with such a field.
 */
export function upgradeOptions(isTaken: (request: IncomingMessage) => boolean): ServerOptions {
  if (HAS_CALLBACK) return { shouldUpgradeCallback: isTaken } as ServerOptions;

  /** Node 20 reads `upgrade` when the head is there, and sets it to whether there is a listener. */
  class UpgradeMessage extends IncomingMessage {
    [ASKED]: boolean | undefined;
    [TAKEN]: boolean | undefined;

    get upgrade(): boolean {
      if (this[ASKED] !== true) return false;
      return (this[TAKEN] ??= this.method === 'CONNECT' || isTaken(this));
    }

    set upgrade(asked: boolean | null) {
      this[ASKED] = asked === true;
    }
  }
  return { IncomingMessage: UpgradeMessage };
}
