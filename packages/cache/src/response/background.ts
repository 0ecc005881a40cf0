import { PassThrough, Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { runWithContext } from '@blaizejs/context';
import { type ContextSettings, RequestContext } from '@blaizejs/context/internal';
import type { FetchInfo, HeaderFields, PathParams, Protocol, RawRequest, TlsPeer } from '@blaizejs/types';
import type { Exchange, Payload } from '@blaizejs/types/internal';

/** What an app knows of a route, as far as it is needed here. */
interface Compiled extends ContextSettings {
  readonly chain?: (ctx: RequestContext) => void | Promise<void>;
  readonly onSend?: (ctx: RequestContext) => void | Promise<void>;
}

// They are about the answer that the client wants, which is not this one.
const LEFT_OUT = new Set([
  'cache-control',
  'content-length',
  'expect',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
  'transfer-encoding',
]);

/** A request that repeats another one, and whose answer nobody gets. */
export class BackgroundExchange implements Exchange {
  readonly method = 'GET';
  readonly target: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  readonly remoteAddress: string | undefined;
  readonly peer: TlsPeer | undefined;
  readonly tunnel = undefined;
  readonly requestTrailers = undefined;
  readonly fetchInfo: FetchInfo | undefined;
  readonly rawRequest: RawRequest;
  readonly rawResponse = undefined;
  readonly hasBody = false;
  readonly receiving = false;
  bodyComplete = true;
  status = 0;
  aborted = false;
  #closed = false;
  readonly #listeners: (() => void)[] = [];

  constructor(of: Exchange) {
    this.target = of.target;
    this.authority = of.authority;
    this.scheme = of.scheme;
    this.protocol = of.protocol;
    this.remoteAddress = of.remoteAddress;
    this.peer = of.peer;
    this.fetchInfo = of.fetchInfo;
    this.rawRequest = of.rawRequest;
    this.headers = Object.assign(Object.create(null) as HeaderFields, of.headers);
    for (const name of LEFT_OUT) delete this.headers[name];
    if (':method' in this.headers) this.headers[':method'] = 'GET';
  }

  get responded(): boolean {
    return this.status !== 0;
  }

  body(): Readable {
    return Readable.from([]);
  }

  limitRequest(): void {}

  inform(): void {}

  respond(status: number, _headers: HeaderFields, _payload: Payload | null): void {
    this.status = status;
  }

  respondStream(status: number): Writable {
    this.status = status;
    return new PassThrough().resume();
  }

  abort(): void {
    if (this.#closed) return;
    this.aborted = true;
    this.close();
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#listeners.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the route of a request can be run again. */
export function canRepeat(ctx: RequestContext): boolean {
  return typeof (ctx.settings as Compiled).chain === 'function';
}

/**
 * Runs the whole chain of a request again, with all middleware and hooks. The answer goes nowhere: a hook takes it.
 *
 * @param timeout milliseconds, after which its signal is aborted
 * @throws what the chain or a hook throws
 */
export async function repeat(
  { settings }: RequestContext,
  exchange: BackgroundExchange,
  params: PathParams,
  timeout: number,
): Promise<void> {
  const { chain, onSend } = settings as Compiled;
  const ctx = new RequestContext(exchange, settings, params);
  const timer = setTimeout(() => {
    exchange.abort();
  }, timeout);
  timer.unref();
  try {
    await runWithContext(ctx, async () => {
      await chain?.(ctx);
      if (!ctx.response.answered || exchange.responded) return;
      ctx.response.encode();
      await onSend?.(ctx);
      const payload = ctx.response.encode();
      exchange.respond(ctx.response.statusCode, ctx.response.fields, null);
      if (payload instanceof Readable) await finished(payload.resume());
    });
  } finally {
    clearTimeout(timer);
    ctx.response.release();
    exchange.close();
  }
}
