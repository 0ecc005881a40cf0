import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { Listeners } from '@blaizejs/errors/internal';
import type { HeaderFields, TlsPeer } from '@blaizejs/types';

import { type KeptFields, keepFields, toList } from './kept-fields.ts';
import { OpenTunnel } from './open-tunnel.ts';
import { toPeer } from './tls-peer.ts';

/** What a tunnel begins with. */
export interface Http1Opening {
  readonly socket: Socket;
  readonly request: IncomingMessage;
  /** Whether somebody has got the request, and may get it again. */
  readonly isTaken: boolean;
  readonly target: string;
  /** Undefined if it is the Host field. */
  readonly authority: string | undefined;
  readonly peer: TlsPeer | undefined;
  readonly listeners: Listeners;
  readonly onClosed: (socket: Socket) => void;
}

/** A method that Node's parser calls, in all versions that there are. */
interface Filled extends IncomingMessage {
  _addHeaderLines(lines: readonly string[], count: number): void;
}

/** An HTTP/1.1 connection that has become a tunnel. Nothing of HTTP is left of it. */
export class Http1Tunnel extends OpenTunnel {
  readonly target: string;
  readonly #socket: Socket;
  readonly #names: KeptFields['names'];
  readonly #values: string;
  readonly #authority: string | undefined;
  readonly #onClosed: (socket: Socket) => void;
  #peer: TlsPeer | undefined;
  /** Node's request: made again when somebody asks for it. */
  #request: IncomingMessage | undefined;

  constructor({ socket, request, isTaken, target, authority, peer, listeners, onClosed }: Http1Opening) {
    super(listeners);
    this.target = target;
    this.#socket = socket;
    this.#authority = authority;
    this.#onClosed = onClosed;
    this.#peer = peer;
    const { rawHeaders } = request;
    const { names, values } = keepFields(
      rawHeaders.filter((_, index) => index % 2 === 0),
      rawHeaders.filter((_, index) => index % 2 === 1),
    );
    this.#names = names;
    this.#values = values;
    if (isTaken) this.#request = request;
  }

  get protocol(): 'HTTP/1.1' {
    return 'HTTP/1.1';
  }

  get authority(): string {
    return this.#authority ?? this.headers['host'] ?? '';
  }

  get scheme(): 'http' | 'https' {
    return 'encrypted' in this.#socket ? 'https' : 'http';
  }

  get headers(): HeaderFields & { readonly host?: string | undefined } {
    return this.rawRequest.headers;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get peer(): TlsPeer | undefined {
    return (this.#peer ??= toPeer(this.#socket));
  }

  get status(): number {
    return 101;
  }

  get aborted(): boolean {
    return this.#socket.destroyed && !this.#socket.writableFinished;
  }

  get rawRequest(): IncomingMessage {
    if (this.#request) return this.#request;
    const request = new IncomingMessage(this.#socket) as Filled;
    const lines = toList({ names: this.#names, values: this.#values });
    request._addHeaderLines(lines, lines.length);
    return (this.#request = Object.assign(request, {
      method: this.method,
      url: this.#authority === undefined ? this.target : `${this.scheme}://${this.#authority}${this.target}`,
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      httpVersion: '1.1',
      upgrade: true,
      complete: true,
    }));
  }

  protected get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  abort(): void {
    this.#socket.destroy();
  }

  /** As an idle connection, it is never quiet: something may always come. */
  quietFor(): number {
    return 0;
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** Called when its socket has closed. */
  closed(): void {
    this.#onClosed(this.#socket);
    this.tellClosed();
  }
}
