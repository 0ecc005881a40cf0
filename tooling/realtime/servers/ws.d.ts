/** More parts of `ws`. Those that `@blaizejs/realtime` uses are declared there, and hide `@types/ws`. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage, Server } from 'node:http';

  export class WebSocket extends EventEmitter {
    constructor(url: null, protocols: undefined, options: object);
    send(data: string): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { readonly server?: Server; readonly noServer?: boolean });
    readonly options: { readonly noServer?: boolean };
    close(): void;
    handleUpgrade(
      request: IncomingMessage,
      socket: unknown,
      head: Buffer,
      done: (socket: WebSocket) => void,
    ): void;
  }
}
