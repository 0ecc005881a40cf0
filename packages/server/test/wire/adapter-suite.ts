import { LimitHits } from '@blaizejs/app/internal';
import { checkOptions } from '@blaizejs/errors/internal';
import type { AddressInfo, Socket } from 'node:net';

import type { HttpError } from '@blaizejs/errors';
import { developmentCertificate, trustCertificate } from '@blaizejs/ssl';
import type { LimitOptions } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import type { Adapter, AdapterSettings } from '../../src/adapters/adapter.ts';
import { Http1Adapter } from '../../src/adapters/http1.ts';
import { Http2Adapter } from '../../src/adapters/http2.ts';
import { LIMIT_NAMES, limitsOption } from '../../src/limits.ts';
import { type Http1Transport, HTTP1_TRANSPORTS, RawConnection } from './raw-http1.ts';
import { RawHttp2 } from './raw-http2.ts';

export type WireTransport = Http1Transport | 'HTTP/2';

export const WIRE_TRANSPORTS: readonly WireTransport[] = [...HTTP1_TRANSPORTS, 'HTTP/2'];

/** What a test says of an adapter; the rest is by default. */
export type AdapterOptions = Partial<Omit<AdapterSettings, 'limits' | 'handle'>> & {
  readonly limits?: LimitOptions | undefined;
  /** Default: a certificate of this machine, which this process trusts. */
  readonly certificate?: { readonly key: string; readonly cert: string; readonly ca?: string } | undefined;
};

/** An adapter that listens, with handlers that use exchanges as they are. */
export class AdapterUnderTest implements AsyncDisposable {
  readonly adapter: Adapter;
  readonly hits: LimitHits;
  /** What was refused by the adapter itself. */
  readonly refusals: HttpError[] = [];
  readonly transport: WireTransport;
  /** As seen by the server. */
  readonly sockets = new Set<Socket>();

  private constructor(
    transport: WireTransport,
    handle: (exchange: Exchange) => void,
    { limits, certificate: _certificate, ...settings }: AdapterOptions,
  ) {
    this.transport = transport;
    this.hits = settings.hits ?? new LimitHits(LIMIT_NAMES);
    const all: AdapterSettings = {
      idleGrace: 20,
      ...settings,
      hits: this.hits,
      limits: checkOptions(limitsOption, limits ?? {}),
      handle: (exchange, refusal) => {
        if (!refusal) return handle(exchange);
        this.refusals.push(refusal);
        if (exchange.responded) exchange.abort(refusal);
        else exchange.respond(refusal.status, { 'content-length': '0' }, null);
      },
    };
    this.adapter = transport === 'cleartext' ? new Http1Adapter(all) : new Http2Adapter(all);
    this.adapter.server.on('connection', (socket: Socket) => this.sockets.add(socket));
  }

  static async start(
    transport: WireTransport,
    handle: (exchange: Exchange) => void,
    options: AdapterOptions = {},
  ): Promise<AdapterUnderTest> {
    const one = new AdapterUnderTest(transport, handle, options);
    const { server } = one.adapter;
    if ('setSecureContext' in server) server.setSecureContext(options.certificate ?? (await trusted()));
    await one.adapter.listen({ port: 0, host: 'localhost' });
    return one;
  }

  get port(): number {
    return (this.adapter.server.address() as AddressInfo).port;
  }

  /** A connection for HTTP/1.1, over the adapter's transport. */
  http1(allowHalfOpen?: boolean): Promise<RawConnection> {
    if (this.transport === 'HTTP/2') throw new Error('This adapter is tested over HTTP/2.');
    return RawConnection.open(this.port, this.transport, allowHalfOpen);
  }

  http2(...entries: readonly (readonly [number, number])[]): Promise<RawHttp2> {
    return RawHttp2.open({ server: { port: this.port } }, ...entries);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const drained = this.adapter.drain();
    this.adapter.destroy();
    await drained;
  }
}

async function trusted(): Promise<{ key: string; cert: string }> {
  const certificate = await developmentCertificate({ host: 'localhost' });
  trustCertificate(certificate.cert);
  return certificate;
}
