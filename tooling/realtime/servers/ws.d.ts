/** More parts of `ws`. Those that `@blaizejs/realtime` uses are declared there, and hide `@types/ws`. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';

  export class WebSocket extends EventEmitter {
    constructor(url: null, protocols: undefined, options: object);
    send(data: string): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { readonly server?: Server; readonly noServer?: boolean });
  }
}
