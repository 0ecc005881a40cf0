/** The parts of `ws` that are used here. `@types/ws` has none of them. */
declare module 'ws' {
  import type { Writable } from 'node:stream';

  /** Reads frames. Emits `message`, `ping`, `pong`, `conclude` for a close frame, and `error`. */
  export class Receiver extends Writable {
    constructor(options: {
      readonly isServer: boolean;
      readonly maxPayload: number;
      readonly maxFragments: number;
      readonly maxBufferedChunks: number;
      readonly extensions: Readonly<Record<string, unknown>>;
      readonly allowSynchronousEvents: boolean;
    });
  }

  type Parameters = Record<string, unknown>;

  /** Negotiates permessage-deflate. */
  export class PerMessageDeflate {
    constructor(options: {
      readonly isServer: boolean;
      readonly serverNoContextTakeover: boolean;
      readonly clientNoContextTakeover: boolean;
      readonly serverMaxWindowBits: false;
    });
    /** @throws Error if the offers are not valid, or none can be met */
    accept(offers: readonly Parameters[]): Parameters;
  }

  export const extension: {
    /** @throws SyntaxError */
    parse(header: string): Record<string, Parameters[]>;
    format(extensions: Readonly<Record<string, readonly Parameters[]>>): string;
  };

  export const subprotocol: {
    /** @throws SyntaxError */
    parse(header: string): Set<string>;
  };
}
