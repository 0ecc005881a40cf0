import { constants, type ServerHttp2Stream } from 'node:http2';

import type { Listeners } from '@blaizejs/errors/internal';
import type { HeaderFields, TlsPeer } from '@blaizejs/types';

import type { Http2Connection } from './http2-connection.ts';
import { type KeptFields, keepHeaders, toHeaders } from './kept-fields.ts';
import { OpenTunnel } from './open-tunnel.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;

/** An HTTP/2 stream that has become a tunnel. */
export class Http2Tunnel extends OpenTunnel {
  readonly rawRequest: ServerHttp2Stream;
  readonly scheme: 'http' | 'https';
  readonly #connection: Http2Connection;
  readonly #names: KeptFields['names'];
  readonly #values: string;
  #headers: HeaderFields | undefined;
  #isAborted = false;

  constructor(
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    scheme: 'http' | 'https',
    headers: HeaderFields,
    listeners: Listeners,
  ) {
    super(listeners);
    this.#connection = connection;
    this.rawRequest = stream;
    this.scheme = scheme;
    const kept = keepHeaders(headers);
    if (!kept) this.#headers = headers;
    this.#names = kept?.names ?? [];
    this.#values = kept?.values ?? '';
  }

  get protocol(): 'HTTP/2' {
    return 'HTTP/2';
  }

  get target(): string {
    return this.#field(':path') ?? '';
  }

  get authority(): string {
    return this.#field(':authority') ?? this.#field('host') ?? '';
  }

  get headers(): HeaderFields {
    return (this.#headers ??= toHeaders({ names: this.#names, values: this.#values }));
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  get peer(): TlsPeer | undefined {
    return this.#connection.peer;
  }

  get status(): number {
    return 200;
  }

  get aborted(): boolean {
    const { rawRequest: stream } = this;
    return this.#isAborted || stream.aborted || (stream.destroyed && !stream.writableFinished);
  }

  override get rawResponse(): ServerHttp2Stream {
    return this.rawRequest;
  }

  protected get isClosed(): boolean {
    return this.rawRequest.destroyed;
  }

  push(target: string, headers: HeaderFields): boolean {
    return this.#connection.pushFrom(this, target, headers);
  }

  abort(): void {
    const { rawRequest: stream } = this;
    if (stream.closed) return;
    this.#isAborted = true;
    // See Http2Exchange.abort().
    stream.end = () => stream;
    stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  /** Called when its stream has closed. */
  close(): void {
    const { rawRequest: stream } = this;
    const isReset = !this.#isAborted && (stream.aborted || stream.rstCode !== NGHTTP2_NO_ERROR);
    this.#connection.onTunnelClose(stream, isReset);
    this.tellClosed();
  }

  #field(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === 'string' ? value : undefined;
  }
}
